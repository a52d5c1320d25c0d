/** The connection to a running server. Imported only once there is one to start: it takes a while. */
import { createInterface } from "node:readline";
import type { CancellationToken, LogOutputChannel, Uri } from "vscode";
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import type { ServerProgram } from "./discovery";
import { DOCUMENTS } from "./documents";
import { serverLineLogger, withoutDocumentText } from "./log";
import type { Status } from "./protocol";
import { statusChanged, statusRequest } from "./requests";
import { SECTION } from "./settings";

/** What became of the server, told to whoever started it. */
export interface ServerEvents {
  onStatus: (status: Status) => void;
  /** It is up, and says that it is of this version. */
  onRunning: (version: string | undefined) => void;
  /** It has ended, or did not start, although nobody asked it to end. May be told more than once. */
  onCrash: () => void;
}

/** Commands of ours that the server may name in what it sends, as in a code lens. */
const COMMANDS_FOR_SERVER = [`${SECTION}.showRoute`];

/** Errors in a row on the way to the server after which it counts as crashed. */
const MOST_ERRORS = 3;

/** A client that tells its troubles to the log alone: what people are told is for its owner to say. */
export class ServerClient extends LanguageClient {
  constructor(
    program: ServerProgram,
    cwd: string,
    log: LogOutputChannel,
    events: ServerEvents,
  ) {
    super(
      SECTION,
      "Billing Lens",
      { command: program.command, args: program.args, options: { cwd } },
      clientOptions(log, events),
    );
    this.onNotification(statusChanged, events.onStatus);
    this.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        events.onRunning(this.initializeResult?.serverInfo?.version);
      }
    });
  }

  /** Asks who pays in this workspace folder; in the server's own choice if undefined. */
  askForStatus(folder: Uri | undefined): Promise<Status> {
    return this.sendRequest(statusRequest, folder ? { folder: folder.toString() } : {});
  }

  /** Whether the server is up and can run this command of its own. */
  offers(command: string): boolean {
    const offered = this.initializeResult?.capabilities.executeCommandProvider?.commands;
    return this.isRunning() && offered?.includes(command) === true;
  }

  /** Runs one of the server's commands, and returns what it answers. */
  execute(command: string, argument?: object, token?: CancellationToken): Promise<unknown> {
    const params = { command, arguments: argument === undefined ? [] : [argument] };
    return this.sendRequest(ExecuteCommandRequest.type, params, token);
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function clientOptions(log: LogOutputChannel, { onCrash }: ServerEvents): LanguageClientOptions {
  return {
    documentSelector: DOCUMENTS,
    diagnosticCollectionName: "billing-lens",
    outputChannel: log,
    traceOutputChannel: withoutDocumentText(log),
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- servers that pull settings need it too: it tells them when
    synchronize: { configurationSection: SECTION },
    initializationOptions: { commands: COMMANDS_FOR_SERVER },
    initializationFailedHandler: () => false,
    // Each start gets a client of its own, so this one never starts the server again.
    errorHandler: {
      error: (_error, _message, count = 1) => {
        if (count <= MOST_ERRORS) {
          return { action: ErrorAction.Continue };
        }
        onCrash();
        return { action: ErrorAction.Shutdown };
      },
      closed: () => {
        onCrash();
        const message = "The server has ended unexpectedly.";
        return { action: CloseAction.DoNotRestart, handled: true, message };
      },
    },
    stdioOptions: {
      stdout: () => undefined, // It carries the protocol.
      stderr: (input) => {
        createInterface({ input, crlfDelay: Infinity }).on("line", serverLineLogger(log));
      },
    },
  };
}
