import * as vscode from "vscode";
import { routeTree, seriousFindings, type TreeNode } from "./routeTree";
import type { Server, ServerState } from "./server";
import { SECTION } from "./settings";
import { shortLabel } from "./wording";

/** The view "Who Pays": all that the status says, as a tree. */
export function createWhoPaysView(server: Server): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  let nodes: TreeNode[] = [];
  const view = vscode.window.createTreeView<TreeNode>(`${SECTION}.whoPays`, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: asTreeItem,
      getChildren: (node) => (node ? node.children : nodes) ?? [],
    },
    showCollapseAll: true,
  });
  const show = (state: ServerState): void => {
    const next = nodesOf(state) ?? nodes;
    tellContext(state);
    describe(view, state);
    // Drawn anew only for something new: a view that is drawn loses what is hovered or renamed.
    if (JSON.stringify(next) !== JSON.stringify(nodes)) {
      nodes = next;
      changed.fire(undefined);
    }
  };
  show(server.state);
  return vscode.Disposable.from(view, changed, server.onDidChangeState(show));
}

/** The rows to show; undefined while a restart is under way, when the last ones stay. */
function nodesOf(state: ServerState): TreeNode[] | undefined {
  if (state.kind === "running") {
    return routeTree(state.status);
  }
  return state.kind === "starting" ? undefined : [];
}

/** For `when` clauses: whether the server answers, and what the empty view says. */
function tellContext({ kind }: ServerState): void {
  void vscode.commands.executeCommand("setContext", `${SECTION}.serverRunning`, kind === "running");
  void vscode.commands.executeCommand("setContext", `${SECTION}.serverState`, kind);
}

function describe(view: vscode.TreeView<TreeNode>, state: ServerState): void {
  const serious = state.kind === "running" ? seriousFindings(state.status) : 0;
  view.description = state.kind === "running" ? shortLabel(state.status.route) : "";
  view.badge =
    serious > 0
      ? { value: serious, tooltip: `${serious.toString()} problem${serious > 1 ? "s" : ""} with who pays` }
      : undefined;
}

function asTreeItem(node: TreeNode): vscode.TreeItem {
  const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
  const isSection = !node.id.includes("/");
  const item = new vscode.TreeItem(
    node.label,
    node.children?.length ? (isSection ? Expanded : Collapsed) : None,
  );
  item.id = node.id;
  item.tooltip = node.tooltip ?? node.label;
  item.contextValue = contextOf(node);
  item.accessibilityInformation = { label: node.spoken ?? item.tooltip };
  if (node.description) {
    item.description = node.description;
  }
  if (node.icon) {
    item.iconPath = new vscode.ThemeIcon(
      node.icon,
      node.colour === undefined ? undefined : new vscode.ThemeColor(node.colour),
    );
  }
  const command = commandOf(node);
  if (command) {
    item.command = { ...command, arguments: [node] };
  }
  return item;
}

/** Words for the `when` clauses of the menus in package.json. */
function contextOf(node: TreeNode): string {
  const words = ["place", "offer", "run", "docs", "expectation"] as const;
  return words.filter((word) => node[word]).join(" ");
}

function commandOf(node: TreeNode): { command: string; title: string } | undefined {
  if (node.offer) {
    return { command: `${SECTION}.view.applyFix`, title: "Apply Fix" };
  }
  if (node.run) {
    return { command: `${SECTION}.view.copyCommand`, title: "Copy Command" };
  }
  if (node.expectation) {
    return { command: `${SECTION}.setExpectation`, title: "Set Expectation" };
  }
  return node.place && { command: `${SECTION}.view.open`, title: "Open" };
}
