import { PVSC_EXTENSION_ID, PythonExtension } from "@vscode/python-extension";
import * as vscode from "vscode";
import { virtualEnvironmentsIn } from "./discovery";

/**
 * The Python interpreters of the workspace's folders: the one selected in the Python extension, then
 * virtual environments. None in an untrusted workspace, which must not choose what is run.
 */
export async function workspaceInterpreters(): Promise<string[]> {
  const selected = await selectedInterpreters();
  const inFolders = await Promise.all(
    trustedFolders().map((folder) => virtualEnvironmentsIn(folder.uri.fsPath)),
  );
  return [...new Set([...selected, ...inFolders.flat()])];
}

/** The interpreters selected in the Python extension for the workspace's folders; none if untrusted. */
export async function selectedInterpreters(): Promise<string[]> {
  const folders = trustedFolders();
  const python = folders.length > 0 ? await pythonExtension() : undefined;
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

/** Calls back when another interpreter is selected in the Python extension, where there is one. */
export async function onInterpreterSelected(
  listener: () => void,
): Promise<vscode.Disposable | undefined> {
  const python = await pythonExtension();
  return python?.environments.onDidChangeActiveEnvironmentPath(listener);
}

function trustedFolders(): vscode.WorkspaceFolder[] {
  const folders = vscode.workspace.isTrusted ? vscode.workspace.workspaceFolders : [];
  return (folders ?? []).filter((folder) => folder.uri.scheme === "file");
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
