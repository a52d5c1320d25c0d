import * as vscode from "vscode";
import type { Server, ServerState } from "./server";
import { readSettings, SECTION } from "./settings";
import { asMarkdown, facts, statusText } from "./wording";

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
  if (state.kind !== "running") {
    const words = state.kind === "missing" ? state.problem : statusText(state).spoken;
    return new vscode.MarkdownString(asMarkdown(words));
  }
  const { status } = state;
  // Not appendText: it makes every space one that no line is broken at.
  const paragraphs = [
    `**Who pays for Claude Code:** ${asMarkdown(status.route.label)}`,
    ...facts(status).map(({ name, value }) => `${name}: ${asMarkdown(value)}`),
  ];
  return new vscode.MarkdownString(paragraphs.join("\n\n"));
}
