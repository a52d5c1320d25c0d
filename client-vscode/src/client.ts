/** The connection to a running server. Imported only once there is one to start: it takes a while. */
import { createInterface } from "node:readline";
import type { LogOutputChannel } from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import type { ServerProgram } from "./discovery";
import { serverLineLogger, withoutDocumentText } from "./log";
import { type Status, statusChanged, statusRequest } from "./protocol";
import { SECTION } from "./settings";

/** What became of the server, told to whoever started it. */
export interface ServerEvents {
  onStatus: (status: Status) => void;
  /** It is up, and says that it is of this version. */
  onRunning: (version: string | undefined) => void;
  /** It has ended, or did not start, although nobody asked it to end. May be told more than once. */
  onCrash: () => void;
}

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

/** Errors in a row on the way to the server after which it counts as crashed. */
const MOST_ERRORS = 3;

/** A client that tells its troubles to the log alone: what people are told is for its owner to say. */
export class ServerClient extends LanguageClient {
  constructor(
    program: ServerProgram,
    cwd: string,
    log: LogOutputChannel,
    private readonly events: ServerEvents,
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
        void this.askForStatus();
      }
    });
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  private async askForStatus(): Promise<void> {
    try {
      this.events.onStatus(await this.sendRequest(statusRequest, {}));
    } catch (error) {
      this.error("The server did not say who pays.", error);
    }
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
