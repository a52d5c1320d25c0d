import * as vscode from "vscode";
import type { Crash } from "./crashes";
import { SECTION } from "./settings";

const REMEDIES = ["Show log", "Restart"] as const;

/** Tells of the first crash, and when the server is no longer started again; not of those between. */
export async function tellOfCrash({ isFirst, pauseMs }: Crash): Promise<void> {
  const { showErrorMessage, showWarningMessage } = vscode.window;
  const what = "The Billing Lens server";
  if (pauseMs === undefined) {
    const words = `${what} keeps ending unexpectedly, so it is no longer started again. Its log may say why.`;
    await follow(await showErrorMessage(words, ...REMEDIES));
  } else if (isFirst) {
    const words = `${what} ended unexpectedly. It is being started again.`;
    await follow(await showWarningMessage(words, ...REMEDIES));
  }
}

async function follow(remedy: (typeof REMEDIES)[number] | undefined): Promise<void> {
  if (remedy !== undefined) {
    const command = remedy === "Restart" ? "restart" : "showLog";
    await vscode.commands.executeCommand(`${SECTION}.${command}`);
  }
}
