import * as vscode from "vscode";
import { openPlace } from "./openPlace";
import type { Credential, Status } from "./protocol";
import { SECTION } from "./settings";
import {
  credentialIcon,
  facts,
  fileOf,
  placeWords,
  withoutIcons,
} from "./wording";

interface RouteItem extends vscode.QuickPickItem {
  act?: () => Thenable<unknown>;
}

/** Lists what Claude Code could pay with, in its order of precedence; picking one opens its place. */
export async function showRoute(status: Status): Promise<void> {
  const picked = await vscode.window.showQuickPick(routeItems(status), {
    title: `Who pays for Claude Code: ${status.route.label}`,
    placeHolder: "Pick a source to open the place where it is set",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  await picked?.act?.();
}

function routeItems(status: Status): RouteItem[] {
  const findings = status.findings.length;
  return [
    separator("Sources, in order of precedence"),
    ...status.credentials.map(credentialItem),
    separator("The answer"),
    ...facts(status).map(({ name, value }) => ({ label: name, description: withoutIcons(value) })),
    separator("Findings"),
    {
      label: `$(list-unordered) Problems: ${findings.toString()} from Billing Lens`,
      act: () => vscode.commands.executeCommand("workbench.actions.view.problems"),
    },
    {
      label: "$(list-tree) All of this in the view Who Pays",
      act: () => vscode.commands.executeCommand(`${SECTION}.whoPays.focus`),
    },
  ];
}

function credentialItem(credential: Credential): RouteItem {
  const place = placeWords(credential.location);
  const file = fileOf(credential.location);
  return {
    label: `$(${credentialIcon(credential)}) ${withoutIcons(credential.label)}`,
    description: credential.stateLabel,
    detail: withoutIcons([credential.reason, place].filter(Boolean).join(" · ")),
    ...(file && { act: () => openPlace(file) }),
  };
}

function separator(label: string): RouteItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
