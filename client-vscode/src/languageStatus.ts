import * as vscode from "vscode";
import type { RunningProgram, Server } from "./server";
import { SECTION } from "./settings";
import { statusText } from "./statusText";

/** The files that it stands beside: those that decide who pays, as far as their names tell. */
const CONFIG_FILES: vscode.DocumentSelector = [
  "**/{.claude.json,active_config}",
  "**/.claude/**/*.json",
  "**/anthropic/{configs,credentials}/*.json",
  "**/{managed-settings.json,managed-settings.d/*.json}",
].map((pattern) => ({ scheme: "file", pattern }));

const ORIGIN: Record<RunningProgram["origin"], string> = {
  setting: "named in the settings",
  workspace: "of this workspace's Python",
  private: "set up by this extension",
  path: "found on the PATH",
  former: "of a former version of this extension",
};

/** Says beside a config file's language which server looks at it, and whether it is up. */
export function createLanguageStatus(server: Server): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem(`${SECTION}.server`, CONFIG_FILES);
  item.name = "Billing Lens server";
  item.command = { title: "Show log", command: `${SECTION}.showLog` };
  let running = "";
  const show = (): void => {
    const { kind } = server.state;
    item.busy = kind === "starting";
    item.text = kind === "running" ? `Billing Lens ${running}` : statusText(server.state).spoken;
    item.severity =
      vscode.LanguageStatusSeverity[
        kind === "missing" || kind === "stopped" ? "Warning" : "Information"
      ];
  };
  show();
  return vscode.Disposable.from(
    item,
    server.onDidChangeState(show),
    server.onDidRun(({ version, origin }) => {
      running = version ?? "";
      item.detail = `server ${ORIGIN[origin]}`;
    }),
  );
}
