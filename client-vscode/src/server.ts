import * as vscode from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import { findServer, type ServerProgram } from "./discovery";
import { withoutDocumentText } from "./log";
import { type Status, statusChanged, statusRequest } from "./protocol";
import { readSettings, SECTION } from "./settings";
import { oneAtATime } from "./singleFlight";
import { workspaceInterpreters } from "./workspacePython";

export type ServerState =
  | { kind: "starting" }
  | { kind: "running"; status: Status }
  | { kind: "missing"; problem: string }
  | { kind: "stopped" };

/**
 * All JSON files of the disk, active_config, which is plain text, and our own config.toml. Not
 * narrowed by name or folder: CLAUDE_CONFIG_DIR and ANTHROPIC_CONFIG_DIR can put Claude Code's files
 * anywhere, and only the server knows where they are. It answers nothing for the others.
 */
const DOCUMENTS = [
  { scheme: "file", language: "json" },
  { scheme: "file", language: "jsonc" },
  { scheme: "file", pattern: "**/active_config" },
  { scheme: "file", pattern: "**/billing-lens/config.toml" },
];

/** The language server: finds it, runs it, and tells what it says about who pays. */
export class Server implements vscode.Disposable {
  /** Stops the server if it runs, looks for it anew and starts it. */
  readonly restart = oneAtATime(() => this.startAnew());
  readonly onDidChangeState: vscode.Event<ServerState>;

  private readonly stateChanged = new vscode.EventEmitter<ServerState>();
  private currentState: ServerState = { kind: "starting" };
  private program: ServerProgram | undefined;
  private client: LanguageClient | undefined;

  constructor(
    private readonly extensionFolder: string,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.onDidChangeState = this.stateChanged.event;
  }

  get state(): ServerState {
    return this.currentState;
  }

  /** Whether a change of the workspace's Python environments or of its trust could matter. */
  get dependsOnWorkspace(): boolean {
    return this.program?.origin !== "setting";
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // Its end is ours, no crash: this client's state no longer counts.
    await client?.dispose().catch((error: unknown) => {
      this.log.warn(`The server did not stop in order: ${String(error)}`);
    });
  }

  dispose(): void {
    this.stateChanged.dispose();
  }

  private async startAnew(): Promise<void> {
    await this.stop();
    this.setState({ kind: "starting" });
    const program = await findServer({
      ...readSettings(),
      workspaceInterpreters,
      searchPath: process.env["PATH"],
    });
    if (program.kind === "missing") {
      this.program = undefined;
      this.log.error(program.problem);
      this.setState(program);
      return;
    }
    this.program = program;
    this.log.info(`Starting ${[program.command, ...program.args].join(" ")}`);
    const client = this.createClient(program);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.log.error(`The server did not start: ${String(error)}`);
      this.setState({ kind: "stopped" });
    }
  }

  private createClient(program: ServerProgram): LanguageClient {
    const options: LanguageClientOptions = {
      documentSelector: DOCUMENTS,
      diagnosticCollectionName: "billing-lens",
      outputChannel: this.log,
      traceOutputChannel: withoutDocumentText(this.log),
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- servers that pull settings need it too: it tells them when
      synchronize: { configurationSection: SECTION },
    };
    // Not the workspace, which is the default: `python -m` imports from the current directory first,
    // so that a folder named billing_lens there would be run in our server's place.
    const cwd = this.extensionFolder;
    const client = new LanguageClient(
      SECTION,
      "Billing Lens",
      { command: program.command, args: program.args, options: { cwd } },
      options,
    );
    client.onNotification(statusChanged, (status) => {
      this.setStateFrom(client, { kind: "running", status });
    });
    // The client starts a crashed server again by itself, up to its own limit.
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        void this.askForStatus(client);
      } else {
        this.setStateFrom(client, { kind: newState === State.Starting ? "starting" : "stopped" });
      }
    });
    return client;
  }

  private async askForStatus(client: LanguageClient): Promise<void> {
    try {
      const status = await client.sendRequest(statusRequest, {});
      this.setStateFrom(client, { kind: "running", status });
    } catch (error) {
      this.log.error(`The server did not say who pays: ${String(error)}`);
    }
  }

  private setStateFrom(client: LanguageClient, state: ServerState): void {
    if (client === this.client) {
      this.setState(state);
    }
  }

  private setState(state: ServerState): void {
    this.currentState = state;
    this.stateChanged.fire(state);
  }
}
