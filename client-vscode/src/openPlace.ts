import * as vscode from "vscode";
import type { FileLocation, Range } from "./protocol";

/**
 * Opens a file in an editor with exactly the text of its range selected, and on the screen.
 *
 * Not with showTextDocument: it keeps the document for minutes after its editor was closed, and all
 * that time an open document would lie over a file that has long been removed.
 */
export async function openPlace({ path, range }: FileLocation): Promise<void> {
  const selection = range && rangeOf(range);
  await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path), {
    preview: false,
    ...(selection && { selection }),
  } satisfies vscode.TextDocumentShowOptions);
}

export function rangeOf({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
