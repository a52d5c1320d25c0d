import * as vscode from "vscode";
import { openConfigFile } from "./configFiles";
import type { Status } from "./protocol";
import type { Server } from "./server";
import { copyReport, fixAll, verify } from "./serverCommands";
import { setExpectation } from "./setExpectation";
import { SECTION } from "./settings";
import { showRoute } from "./showRoute";
import { viewCommands } from "./viewCommands";

/** Registers the commands that package.json declares. */
export function registerCommands(
  server: Server,
  log: vscode.LogOutputChannel,
  extensionId: string,
): vscode.Disposable {
  /** Does what needs a server that runs, or says what is the matter with it. */
  const withStatus = (act: (status: Status) => Promise<void>) => async (): Promise<void> => {
    const { state } = server;
    if (state.kind === "running") {
      await act(state.status);
    } else if (state.kind === "missing") {
      await tellHowToGetServer(state.problem, extensionId);
    } else {
      log.show();
    }
  };
  const commands: Record<string, (...args: never[]) => unknown> = {
    showRoute: withStatus(showRoute),
    fixAll: withStatus(() => fixAll(server)),
    verify: withStatus(() => verify(server)),
    copyReport: withStatus(() => copyReport(server)),
    setExpectation: withStatus(setExpectation),
    openConfigFile: withStatus(({ files = [] }) => openConfigFile(files)),
    openDocs: () => vscode.commands.executeCommand("extension.open", extensionId),
    restart: () => server.restart(),
    showLog: () => {
      log.show();
    },
    ...viewCommands(),
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
