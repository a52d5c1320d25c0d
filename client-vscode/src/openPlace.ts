import * as vscode from "vscode";
import type { Range } from "./protocol";
import type { FilePlace } from "./wording";

/**
 * Opens a file in an editor with exactly the text of its range selected, and on the screen.
 *
 * Not with showTextDocument: it keeps the document for minutes after its editor was closed, and all
 * that time an open document would lie over a file that has long been removed.
 */
export async function openPlace({ path, range }: FilePlace): Promise<void> {
  await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path), {
    preview: false,
    selection: rangeOf(range),
  } satisfies vscode.TextDocumentShowOptions);
}

export function rangeOf({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
