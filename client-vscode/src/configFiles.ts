import * as vscode from "vscode";
import type { ConfigFile } from "./protocol";
import { atHome, withoutIcons } from "./wording";

const KIND_WORDS: Record<string, string> = {
  "anthropic-profile": "Anthropic profile",
  "anthropic-credentials": "Anthropic profile's sign-in",
  "anthropic-active-config": "Name of the active Anthropic profile",
  "claude-state": "Claude Code's state",
  "claude-credentials": "Claude login",
  "claude-settings": "Claude Code settings",
  "vscode-settings": "VS Code settings",
  "billing-lens-preferences": "Billing Lens preferences",
};

interface FileItem extends vscode.QuickPickItem {
  file?: ConfigFile;
}

/** Lets one of the files that decide who pays be opened; one that is not there opens unsaved. */
export async function openConfigFile(files: ConfigFile[]): Promise<void> {
  const picked = await vscode.window.showQuickPick(fileItems(files), {
    title: "Files that decide who pays for Claude Code",
    matchOnDescription: true,
  });
  if (!picked?.file) {
    return;
  }
  const uri = vscode.Uri.file(picked.file.path);
  await vscode.commands.executeCommand(
    "vscode.open",
    picked.file.exists ? uri : uri.with({ scheme: "untitled" }),
  );
}

function fileItems(files: ConfigFile[]): FileItem[] {
  const [there, missing] = [files.filter(({ exists }) => exists), files.filter(({ exists }) => !exists)];
  return [
    ...there.map(fileItem),
    ...(missing.length > 0
      ? [{ label: "Not there yet", kind: vscode.QuickPickItemKind.Separator }]
      : []),
    ...missing.map(fileItem),
  ];
}

function fileItem(file: ConfigFile): FileItem {
  const kind = KIND_WORDS[file.kind] ?? file.kind;
  return {
    label: file.scope ? `${kind} (${file.scope})` : kind,
    description: withoutIcons(atHome(file.path)),
    file,
  };
}
