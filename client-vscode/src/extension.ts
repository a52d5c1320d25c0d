import * as vscode from "vscode";
import { followActiveFolder } from "./activeFolder";
import { registerCommands, tellHowToGetServer } from "./commands";
import { Server } from "./server";
import { choosesServer } from "./settings";
import { createStatusBarItem } from "./statusBar";
import { createWhoPaysView } from "./whoPaysView";
import { onInterpreterSelected } from "./workspacePython";

let server: Server | undefined;

export function activate({ extension, subscriptions }: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Billing Lens", { log: true });
  const started = new Server(extension.extensionPath, log);
  server = started;
  subscriptions.push(
    log,
    started,
    createStatusBarItem(started),
    createWhoPaysView(started),
    followActiveFolder(started),
    registerCommands(started, log, extension.id),
    started.onDidChangeState((state) => {
      if (state.kind === "missing") {
        void tellHowToGetServer(state.problem, extension.id);
      }
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (choosesServer(change)) {
        void started.restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      restartIfWorkspaceMatters(started);
    }),
  );
  void onInterpreterSelected(() => {
    restartIfWorkspaceMatters(started);
  }).then((listening) => listening && subscriptions.push(listening));
  // Not waited for: activation is over before the server is up.
  void started.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

function restartIfWorkspaceMatters(started: Server): void {
  if (started.dependsOnWorkspace) {
    void started.restart();
  }
}
