import * as vscode from "vscode";
import type { Server } from "./server";

/** Applies the best safe fix, after the user has seen them in the editor's preview. */
export async function fixAll(server: Server): Promise<void> {
  const result = await server.execute("fixAll");
  if (result === undefined) {
    return;
  }
  const { applied, title, remaining } = result;
  if (applied) {
    const rest = remaining > 0 ? ` Problems that remain: ${remaining.toString()}.` : "";
    void vscode.window.showInformationMessage(`${title ?? "Fixed"}. Save the changed files.${rest}`);
  } else {
    void vscode.window.showInformationMessage(
      title === null
        ? "There is nothing that can be fixed safely."
        : "Nothing was changed. Only what is ticked in the preview is applied.",
    );
  }
}

/** Runs the real Claude Code once the user agrees, and shows whether it says the same. */
export async function verify(server: Server): Promise<void> {
  const run = "Run Claude Code";
  const choice = await vscode.window.showWarningMessage(
    "Ask Claude Code who pays?",
    {
      modal: true,
      detail:
        "This runs 'claude auth status' and compares its answer. Claude Code may rewrite its state file ~/.claude.json, as it does whenever it runs. No model is asked, and nothing is billed.",
    },
    run,
  );
  if (choice !== run) {
    return;
  }
  const answer = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: "Asking Claude Code who pays",
      cancellable: true,
    },
    (_progress, cancelled) => server.execute("verify", { confirmed: true, ...server.folderInQuestion }, cancelled),
  );
  if (answer !== undefined) {
    const agrees = answer.agreement === "agrees" || answer.agreement === "misreports";
    const show = agrees ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
    await show("Claude Code's own answer", { modal: true, detail: answer.text });
  }
}

/** Puts a bug report without secrets into the clipboard. */
export async function copyReport(server: Server): Promise<void> {
  const report = await server.execute("report");
  if (report !== undefined) {
    await vscode.env.clipboard.writeText(report);
    void vscode.window.showInformationMessage(
      "The report is in the clipboard. It holds no secrets; read it before you post it.",
    );
  }
}
