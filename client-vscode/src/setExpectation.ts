import * as vscode from "vscode";
import { billingChoices, organizationChoices } from "./expectation";
import type { Status } from "./protocol";
import { SECTION } from "./settings";
import { withoutIcons } from "./wording";

const BILLING = "expected.billing";
const ORGANIZATION = "expected.organization";

/** Asks who should pay, and writes it to the user's settings. */
export async function setExpectation(status: Status): Promise<void> {
  const billing = await vscode.window.showQuickPick(billingChoices(status).map(asShown), {
    title: "Who should pay for Claude Code?",
    placeHolder: "What differs from it is marked, in every window",
  });
  if (billing === undefined) {
    return;
  }
  const organization = billing.hasOrganization
    ? await vscode.window.showQuickPick(organizationChoices(status).map(asShown), {
        title: `Which organization should pay (${billing.label})?`,
      })
    : { id: "" };
  if (organization === undefined) {
    return;
  }
  const settings = vscode.workspace.getConfiguration(SECTION);
  const user = vscode.ConfigurationTarget.Global;
  await settings.update(BILLING, billing.billing || undefined, user);
  await settings.update(ORGANIZATION, organization.id || undefined, user);
  await tellOfStrongerSettings();
}

/** A setting of the workspace comes before the user's, which then would change nothing. */
async function tellOfStrongerSettings(): Promise<void> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const stronger = [BILLING, ORGANIZATION].filter((name) => {
    const set = settings.inspect<string>(name);
    return set?.workspaceValue !== undefined || set?.workspaceFolderValue !== undefined;
  });
  if (stronger.length === 0) {
    return;
  }
  const open = "Open Workspace Settings";
  const names = stronger.map((name) => `${SECTION}.${name}`).join(" and ");
  const choice = await vscode.window.showWarningMessage(
    `Saved in your settings, but this workspace sets ${names}, which comes first here.`,
    open,
  );
  if (choice === open) {
    await vscode.commands.executeCommand("workbench.action.openWorkspaceSettingsFile");
  }
}

function asShown<Choice extends vscode.QuickPickItem>(choice: Choice): Choice {
  return {
    ...choice,
    label: withoutIcons(choice.label),
    description: withoutIcons(choice.description ?? ""),
  };
}
