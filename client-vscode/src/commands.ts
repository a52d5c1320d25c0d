import * as vscode from "vscode";
import type { Server } from "./server";
import type { SetUp } from "./setUp";
import { SECTION } from "./settings";
import { showRoute } from "./showRoute";

/** Registers the commands that package.json declares. */
export function registerCommands(
  server: Server,
  log: vscode.LogOutputChannel,
  setUp: SetUp,
): vscode.Disposable {
  const commands: Record<string, () => unknown> = {
    showRoute: async () => {
      const { state } = server;
      if (state.kind === "running") {
        await showRoute(state.status);
      } else if (state.kind === "missing") {
        await setUp.offer(state);
      } else {
        log.show();
      }
    },
    restart: () => server.restart(),
    setUp: () => setUp.run(),
    removeEnvironment: () => setUp.remove(),
    showLog: () => {
      log.show();
    },
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`${SECTION}.${name}`, run),
    ),
  );
}
