import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import { findServer, type ServerProgram } from "./discovery";
import { DOCUMENTS } from "./documents";
import { withoutDocumentText } from "./log";
import { type ServerCommands, type Status, statusChanged, statusRequest } from "./protocol";
import { readSettings, SECTION } from "./settings";
import { oneAtATime } from "./singleFlight";
import { workspaceInterpreters } from "./workspacePython";

export type ServerState =
  | { kind: "starting" }
  | { kind: "running"; status: Status }
  | { kind: "missing"; problem: string }
  | { kind: "stopped" };

/** Commands of ours that the server may name in what it sends, as in a code lens. */
const COMMANDS_FOR_SERVER = [`${SECTION}.showRoute`];

/** The language server: finds it, runs it, and tells what it says about who pays. */
export class Server implements vscode.Disposable {
  /** Stops the server if it runs, looks for it anew and starts it. */
  readonly restart = oneAtATime(() => this.startAnew());
  readonly onDidChangeState: vscode.Event<ServerState>;

  private readonly stateChanged = new vscode.EventEmitter<ServerState>();
  private currentState: ServerState = { kind: "starting" };
  private program: ServerProgram | undefined;
  private client: LanguageClient | undefined;
  private folder: vscode.Uri | undefined;

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

  /** Tells from now on who pays in this workspace folder; in the server's own choice if undefined. */
  follow(folder: vscode.Uri | undefined): void {
    if (folder?.toString() === this.folder?.toString()) {
      return;
    }
    this.folder = folder;
    if (this.client?.isRunning()) {
      void this.askForStatus(this.client);
    }
  }

  /** The folder to ask about, as a parameter; nothing where the server's first one is meant. */
  get folderInQuestion(): { folder?: string } {
    return this.folder ? { folder: this.folder.toString() } : {};
  }

  /** Runs one of the server's commands; undefined when it failed, which the user is told. */
  async execute<Name extends keyof ServerCommands>(
    name: Name,
    argument?: object,
    token?: vscode.CancellationToken,
  ): Promise<ServerCommands[Name] | undefined> {
    const command = `${SECTION}.server.${name}`;
    const offered = this.client?.initializeResult?.capabilities.executeCommandProvider?.commands;
    if (!this.client?.isRunning() || !offered?.includes(command)) {
      void vscode.window.showErrorMessage(
        "The Billing Lens server does not run, or is too old for this. Restart it, or update the package billing-lens.",
      );
      return undefined;
    }
    try {
      const params = { command, arguments: argument === undefined ? [] : [argument] };
      return (await this.client.sendRequest(ExecuteCommandRequest.type, params, token)) as ServerCommands[Name];
    } catch (error) {
      if (!token?.isCancellationRequested) {
        this.log.error(`${command} failed: ${String(error)}`);
        void vscode.window.showErrorMessage(`Billing Lens: ${messageOf(error)}`);
      }
      return undefined;
    }
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
      initializationOptions: { commands: COMMANDS_FOR_SERVER },
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
      if (this.isOfFolder(status)) {
        this.setStateFrom(client, { kind: "running", status });
      }
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
    const { folder } = this;
    try {
      const status = await client.sendRequest(statusRequest, this.folderInQuestion);
      if (folder === this.folder) {
        this.setStateFrom(client, { kind: "running", status });
      }
    } catch (error) {
      this.log.error(`The server did not say who pays: ${String(error)}`);
    }
  }

  /** Whether a status is that of the folder in question. */
  private isOfFolder({ folder }: Status): boolean {
    const wanted = this.folder ?? vscode.workspace.workspaceFolders?.[0]?.uri;
    return !folder || !wanted || vscode.Uri.parse(folder).toString() === wanted.toString();
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
