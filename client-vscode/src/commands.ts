import * as vscode from "vscode";
import type { Server } from "./server";
import { SECTION } from "./settings";
import { showRoute } from "./showRoute";

/** Registers the commands that package.json declares. */
export function registerCommands(
  server: Server,
  log: vscode.LogOutputChannel,
  extensionId: string,
): vscode.Disposable {
  const commands: Record<string, () => unknown> = {
    showRoute: async () => {
      const { state } = server;
      if (state.kind === "running") {
        await showRoute(state.status);
      } else if (state.kind === "missing") {
        await tellHowToGetServer(state.problem, extensionId);
      } else {
        log.show();
      }
    },
    restart: () => server.restart(),
    showLog: () => {
      log.show();
    },
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`${SECTION}.${name}`, run),
    ),
  );
}

/** Says why there is no server and what to do about it. */
export async function tellHowToGetServer(problem: string, extensionId: string): Promise<void> {
  const openSettings = "Open Settings";
  const howToInstall = "How to Install";
  const choice = await vscode.window.showErrorMessage(
    `${problem} Run "pipx install billing-lens" or set billingLens.server.path, then run "Billing Lens: Restart Server".`,
    openSettings,
    howToInstall,
  );
  if (choice === openSettings) {
    await vscode.commands.executeCommand(
      "workbench.action.openSettings",
      `@ext:${extensionId} server interpreter`,
    );
  } else if (choice === howToInstall) {
    await vscode.commands.executeCommand("extension.open", extensionId);
  }
}
