import * as path from "node:path";
import * as vscode from "vscode";
import { followActiveFolder } from "./activeFolder";
import { readBundle } from "./bundle";
import { registerCommands } from "./commands";
import { tellOfCrash } from "./crashNotice";
import { PrivateEnvironments } from "./environments";
import { createLanguageStatus } from "./languageStatus";
import { Server } from "./server";
import { choosesServer } from "./settings";
import { SetUp, type SetUpParts } from "./setUp";
import { createStatusBarItem } from "./statusBar";
import { createWhoPaysView } from "./whoPaysView";
import { onInterpreterSelected } from "./workspacePython";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const { extension, subscriptions } = context;
  const log = vscode.window.createOutputChannel("Billing Lens", { log: true });
  const parts = setUpParts(context);
  const started = new Server(extension.extensionPath, log, async () =>
    (await parts()).environments.interpreters(),
  );
  server = started;
  const setUp = new SetUp(started, parts, log);
  subscriptions.push(
    log,
    started,
    setUp,
    createStatusBarItem(started),
    createLanguageStatus(started),
    createWhoPaysView(started),
    followActiveFolder(started),
    registerCommands(started, log, setUp, extension.id),
    started.onDidChangeState((state) => void setUp.offerOnce(state)),
    started.onDidRun((program) => void setUp.keepUpToDate(program)),
    started.onDidCrash((crash) => void tellOfCrash(crash)),
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

/** Read when first asked for, and once. */
function setUpParts(context: vscode.ExtensionContext): () => Promise<SetUpParts> {
  const read = async (): Promise<SetUpParts> => {
    const storage = path.join(context.globalStorageUri.fsPath, "environments");
    const bundle = await readBundle(context.extensionPath);
    return { bundle, environments: new PrivateEnvironments(storage, bundle?.key ?? "") };
  };
  let parts: Promise<SetUpParts> | undefined;
  return () => (parts ??= read());
}

function restartIfWorkspaceMatters(started: Server): void {
  if (started.dependsOnWorkspace) {
    void started.restart();
  }
}
