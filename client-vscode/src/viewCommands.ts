import * as vscode from "vscode";
import { openPlace, rangeOf } from "./openPlace";
import type { Finding, Fix } from "./protocol";
import type { TreeNode } from "./routeTree";
import { fileOf } from "./wording";

/** Asked to be worked out in full, as many as there can be at one place. */
const CODE_ACTIONS = 50;

/** What can be done with a row of the view; by its name in package.json. */
export function viewCommands(): Record<string, (node: TreeNode) => unknown> {
  return {
    "view.open": ({ place }) => place && openPlace(place),
    "view.applyFix": ({ offer }) => offer && applyFix(offer.finding, offer.fix),
    "view.copyCommand": async ({ run }) => {
      if (run !== undefined) {
        await vscode.env.clipboard.writeText(run);
        vscode.window.setStatusBarMessage(`Copied: ${run}`, 3000);
      }
    },
    "view.openRule": ({ docs }) => docs && vscode.env.openExternal(vscode.Uri.parse(docs)),
  };
}

/** Applies a fix as the light bulb would: the editor's undo undoes it, and nothing is saved. */
async function applyFix(finding: Finding, fix: Fix): Promise<void> {
  const action = await codeActionOf(finding, fix);
  if (action?.edit === undefined || !(await vscode.workspace.applyEdit(action.edit))) {
    void vscode.window.showWarningMessage(
      `"${fix.title}" could not be applied here. Nothing was changed. Run "billing-lens fix" in a terminal.`,
    );
  }
}

async function codeActionOf(
  finding: Finding,
  fix: Fix,
): Promise<vscode.CodeAction | undefined> {
  const place = fileOf(finding.location);
  if (!place) {
    return undefined;
  }
  await openPlace(place);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    vscode.Uri.file(place.path),
    rangeOf(place.range),
    vscode.CodeActionKind.QuickFix.value,
    CODE_ACTIONS,
  );
  return actions.find(({ title }) => title === fix.title);
}
