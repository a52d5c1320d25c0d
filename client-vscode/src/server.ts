import * as vscode from "vscode";
import type { ServerClient } from "./client";
import { type Crash, Crashes } from "./crashes";
import { findServer, type Places, type ServerProgram } from "./discovery";
import type { Status } from "./protocol";
import type { ServerCommands } from "./requests";
import { readSettings, SECTION } from "./settings";
import { oneAtATime } from "./singleFlight";
import { workspaceInterpreters } from "./workspacePython";

export type ServerState =
  | { kind: "starting" }
  | { kind: "running"; status: Status }
  | { kind: "missing"; problem: string; canSetUp: boolean }
  | { kind: "stopped" };

/** A program that was started, with the version that it says it is of. */
export interface RunningProgram extends ServerProgram {
  version: string | undefined;
}

/** The language server: finds it, runs it, and tells what it says about who pays. */
export class Server implements vscode.Disposable {
  readonly onDidChangeState: vscode.Event<ServerState>;
  readonly onDidRun: vscode.Event<RunningProgram>;
  readonly onDidCrash: vscode.Event<Crash>;

  private readonly stateChanged = new vscode.EventEmitter<ServerState>();
  private readonly ran = new vscode.EventEmitter<RunningProgram>();
  private readonly crashed = new vscode.EventEmitter<Crash>();
  private readonly crashes = new Crashes();
  private readonly startQueued = oneAtATime(() => this.startAnew());
  private currentState: ServerState = { kind: "starting" };
  private program: ServerProgram | undefined;
  private client: ServerClient | undefined;
  private pause: NodeJS.Timeout | undefined;
  private folder: vscode.Uri | undefined;

  constructor(
    private readonly extensionFolder: string,
    private readonly log: vscode.LogOutputChannel,
    private readonly privateInterpreters: Places["privateInterpreters"],
  ) {
    this.onDidChangeState = this.stateChanged.event;
    this.onDidRun = this.ran.event;
    this.onDidCrash = this.crashed.event;
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
    if (!this.client?.offers(command)) {
      void vscode.window.showErrorMessage(
        "The Billing Lens server does not run, or is too old for this. Restart it, or update the package billing-lens.",
      );
      return undefined;
    }
    try {
      return (await this.client.execute(command, argument, token)) as ServerCommands[Name];
    } catch (error) {
      if (!token?.isCancellationRequested) {
        this.log.error(`${command} failed: ${String(error)}`);
        void vscode.window.showErrorMessage(`Billing Lens: ${messageOf(error)}`);
      }
      return undefined;
    }
  }

  /** Stops the server if it runs, looks for it anew and starts it. */
  restart(): Promise<void> {
    this.crashes.forget();
    return this.startQueued();
  }

  /**
   * Looks for a server anew once `work` says that it has made one. Until then it shows as starting
   * where there is none.
   */
  async restartAfter(work: Promise<boolean>): Promise<void> {
    const before = this.state;
    if (before.kind === "missing") {
      this.setState({ kind: "starting" });
    }
    if (await work) {
      await this.restart();
    } else if (before.kind === "missing") {
      this.setState(before);
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.pause);
    const client = this.client;
    this.client = undefined;
    // Its end is ours, no crash: what this client tells no longer counts.
    await client?.dispose().catch((error: unknown) => {
      this.log.warn(`The server did not stop in order: ${String(error)}`);
    });
  }

  dispose(): void {
    vscode.Disposable.from(this.stateChanged, this.ran, this.crashed).dispose();
  }

  private async startAnew(): Promise<void> {
    await this.stop();
    this.setState({ kind: "starting" });
    const program = await findServer({
      ...readSettings(),
      workspaceInterpreters,
      privateInterpreters: this.privateInterpreters,
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
    await this.run(program);
  }

  private async run(program: ServerProgram): Promise<void> {
    const { ServerClient } = await import("./client.js");
    const whileCurrent =
      <T extends unknown[]>(listener: (...args: T) => void) =>
      (...args: T) => {
        if (client === this.client) {
          listener(...args);
        }
      };
    // Not the workspace, which is the default: `python -m` imports from the current directory first,
    // so that a folder named billing_lens there would be run in our server's place.
    const client = new ServerClient(program, this.extensionFolder, this.log, {
      onStatus: whileCurrent((status) => {
        if (this.isOfFolder(status)) {
          this.setState({ kind: "running", status });
        }
      }),
      onRunning: whileCurrent((version) => {
        this.ran.fire({ ...program, version });
        void this.askForStatus(client);
      }),
      onCrash: whileCurrent(() => {
        this.startAfterCrash();
      }),
    });
    this.client = client;
    await client.start().catch(
      whileCurrent((error: unknown) => {
        this.log.error(`The server did not start: ${String(error)}`);
        this.startAfterCrash();
      }),
    );
  }

  private async askForStatus(client: ServerClient): Promise<void> {
    const { folder } = this;
    try {
      const status = await client.askForStatus(folder);
      if (client === this.client && folder === this.folder) {
        this.setState({ kind: "running", status });
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

  private startAfterCrash(): void {
    this.client = undefined;
    const crash = this.crashes.note(performance.now());
    if (crash.pauseMs === undefined) {
      this.setState({ kind: "stopped" });
    } else {
      this.log.info(`The server is started again in ${(crash.pauseMs / 1000).toString()} s.`);
      this.setState({ kind: "starting" });
      this.pause = setTimeout(() => void this.startQueued(), crash.pauseMs);
    }
    this.crashed.fire(crash);
  }

  private setState(state: ServerState): void {
    this.currentState = state;
    this.stateChanged.fire(state);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
