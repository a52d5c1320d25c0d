import * as vscode from "vscode";
import { openConfigFile } from "./configFiles";
import type { Status } from "./protocol";
import type { Server } from "./server";
import { copyReport, fixAll, verify } from "./serverCommands";
import { setExpectation } from "./setExpectation";
import type { SetUp } from "./setUp";
import { SECTION } from "./settings";
import { showRoute } from "./showRoute";
import { viewCommands } from "./viewCommands";

/** Registers the commands that package.json declares. */
export function registerCommands(
  server: Server,
  log: vscode.LogOutputChannel,
  setUp: SetUp,
  extensionId: string,
): vscode.Disposable {
  /** Does what needs a server that runs, or says what is the matter with it. */
  const withStatus = (act: (status: Status) => Promise<void>) => async (): Promise<void> => {
    const { state } = server;
    if (state.kind === "running") {
      await act(state.status);
    } else if (state.kind === "missing") {
      await setUp.offer(state);
    } else {
      log.show();
    }
  };
  const commands: Record<string, (...args: never[]) => unknown> = {
    showRoute: withStatus(showRoute),
    fixAll: withStatus(() => fixAll(server)),
    verify: withStatus(() => verify(server)),
    copyReport: withStatus(() => copyReport(server)),
    setExpectation: withStatus(setExpectation),
    openConfigFile: withStatus(({ files }) => openConfigFile(files)),
    openDocs: () => vscode.commands.executeCommand("extension.open", extensionId),
    restart: () => server.restart(),
    setUp: () => setUp.run(),
    removeEnvironment: () => setUp.remove(),
    showLog: () => {
      log.show();
    },
    ...viewCommands(),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`${SECTION}.${name}`, run),
    ),
  );
}
