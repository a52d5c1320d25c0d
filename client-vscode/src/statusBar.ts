import * as vscode from "vscode";
import type { Server, ServerState } from "./server";
import { readSettings, SECTION } from "./settings";
import { LINKED_COMMANDS, statusText, tooltipMarkdown } from "./statusText";

const BACKGROUND = {
  none: undefined,
  warning: new vscode.ThemeColor("statusBarItem.warningBackground"),
  error: new vscode.ThemeColor("statusBarItem.errorBackground"),
};

/** The status bar item that says who pays. */
export function createStatusBarItem(server: Server): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    `${SECTION}.route`,
    vscode.StatusBarAlignment.Right,
    100,
  );
  item.name = "Billing Lens: Who Pays";
  item.command = `${SECTION}.showRoute`;
  const show = (): void => {
    const { text, spoken, severity } = statusText(server.state);
    item.text = text;
    item.accessibilityInformation = { label: spoken };
    item.backgroundColor = BACKGROUND[severity];
    item.tooltip = tooltip(server.state);
    item[readSettings().statusBarShown ? "show" : "hide"]();
  };
  show();
  return vscode.Disposable.from(
    item,
    server.onDidChangeState(show),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${SECTION}.statusBar.show`)) {
        show();
      }
    }),
  );
}

function tooltip(state: ServerState): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(tooltipMarkdown(state));
  // Trusted for these alone. No icons: names from files could hold their syntax.
  markdown.isTrusted = { enabledCommands: LINKED_COMMANDS };
  return markdown;
}
