import { PVSC_EXTENSION_ID, PythonExtension } from "@vscode/python-extension";
import * as vscode from "vscode";
import { virtualEnvironmentsIn } from "./discovery";

/**
 * The Python interpreters of the workspace's folders: the one selected in the Python extension, then
 * virtual environments. None in an untrusted workspace, which must not choose what is run.
 */
export async function workspaceInterpreters(): Promise<string[]> {
  if (!vscode.workspace.isTrusted) {
    return [];
  }
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(
    (folder) => folder.uri.scheme === "file",
  );
  const selected = await selectedInterpreters(folders);
  const inFolders = await Promise.all(
    folders.map((folder) => virtualEnvironmentsIn(folder.uri.fsPath)),
  );
  return [...new Set([...selected, ...inFolders.flat()])];
}

/** Calls back when another interpreter is selected in the Python extension, where there is one. */
export async function onInterpreterSelected(
  listener: () => void,
): Promise<vscode.Disposable | undefined> {
  const python = await pythonExtension();
  return python?.environments.onDidChangeActiveEnvironmentPath(listener);
}

async function selectedInterpreters(folders: vscode.WorkspaceFolder[]): Promise<string[]> {
  const python = await pythonExtension();
  if (python === undefined) {
    return [];
  }
  const { environments } = python;
  const resolved = await Promise.all(
    folders.map((folder) =>
      environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder.uri)),
    ),
  );
  return resolved.flatMap((environment) => environment?.executable.uri?.fsPath ?? []);
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  if (vscode.extensions.getExtension(PVSC_EXTENSION_ID) === undefined) {
    return undefined;
  }
  try {
    return await PythonExtension.api();
  } catch {
    return undefined; // It failed to start and has told so itself.
  }
}
