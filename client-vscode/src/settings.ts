import * as vscode from "vscode";

export const SECTION = "billingLens";

/** The settings that this client itself uses; the server asks for the others. */
export interface Settings {
  serverPath: string;
  interpreter: string;
  statusBarShown: boolean;
}

export function readSettings(): Settings {
  const settings = vscode.workspace.getConfiguration(SECTION);
  return {
    serverPath: settings.get("server.path", ""),
    interpreter: settings.get("interpreter", ""),
    statusBarShown: settings.get("statusBar.show", true),
  };
}

/** Whether a change can mean another server program; every other setting applies while it runs. */
export function choosesServer(change: vscode.ConfigurationChangeEvent): boolean {
  return ["server.path", "interpreter"].some((name) =>
    change.affectsConfiguration(`${SECTION}.${name}`),
  );
}
