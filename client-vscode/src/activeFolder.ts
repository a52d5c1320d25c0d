import * as vscode from "vscode";
import type { Server } from "./server";

/** Makes the server's status that of the workspace folder in which the user works. */
export function followActiveFolder(server: Server): vscode.Disposable {
  const follow = (editor: vscode.TextEditor | undefined): void => {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const folder = editor && vscode.workspace.getWorkspaceFolder(editor.document.uri);
    // A file outside every folder, as Claude Code's own are, says nothing of where one works.
    if (folder && folders.length > 1) {
      server.follow(folder.uri);
    }
  };
  follow(vscode.window.activeTextEditor);
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(follow),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      server.follow(undefined);
      follow(vscode.window.activeTextEditor);
    }),
  );
}
