import * as vscode from "vscode";

export const SECTION = "billingLens";

const CHOOSES_SERVER = [`${SECTION}.server.path`, `${SECTION}.interpreter`];

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
  return CHOOSES_SERVER.some((name) => change.affectsConfiguration(name));
}

/** Shows the settings that choose the server. */
export async function openSettings(): Promise<void> {
  const query = CHOOSES_SERVER.map((name) => `@id:${name}`).join(" ");
  await vscode.commands.executeCommand("workbench.action.openSettings", query);
}
