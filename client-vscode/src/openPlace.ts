import * as vscode from "vscode";
import type { Range } from "./protocol";

/** Opens a file in an editor with exactly the text of `range` selected, and on the screen. */
export async function openPlace(
  uri: vscode.Uri,
  range: Range | null | undefined,
): Promise<vscode.TextEditor> {
  const selection = range && rangeOf(range);
  return vscode.window.showTextDocument(uri, { preview: false, ...(selection && { selection }) });
}

export function rangeOf({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
