import * as vscode from "vscode";
import type { Bundle } from "./bundle";
import type { NoServer } from "./discovery";
import type { PrivateEnvironments } from "./environments";
import { installServer } from "./install";
import { redactAddresses } from "./log";
import { findOnPath, inHome } from "./programs";
import { type Call, pythonsOnPath } from "./python";
import type { RunningProgram, Server, ServerState } from "./server";
import { openSettings, readSettings } from "./settings";
import { selectedInterpreters } from "./workspacePython";

/** What a set-up is made of; `bundle` is undefined when the extension is run from source. */
export interface SetUpParts {
  bundle: Bundle | undefined;
  environments: PrivateEnvironments;
}

/** Sets up the server in a private environment: offers it, does it, renews it, takes it away. */
export class SetUp implements vscode.Disposable {
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;
  private wasOffered = false;
  private wasRenewed = false;

  constructor(
    private readonly server: Server,
    private readonly parts: () => Promise<SetUpParts>,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Ends a set-up that is under way. */
  dispose(): void {
    this.closing.abort();
  }

  /**
   * Makes the environment, told and cancelled in a notification, and starts the server in it. Joins
   * the set-up that is under way, if any.
   */
  run(): Promise<void> {
    this.running ??= this.server.restartAfter(this.make()).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** Offers it once a window when there is no server; tells each time that a setting is wrong. */
  async offerOnce(state: ServerState): Promise<void> {
    if (state.kind === "missing" && !(state.canSetUp && this.wasOffered)) {
      await this.offer(state);
    }
  }

  /** Says that there is no server, and what can be done about it. */
  async offer({ problem, canSetUp }: Omit<NoServer, "kind">): Promise<void> {
    if (!canSetUp) {
      await offerSettings(problem);
      return;
    }
    this.wasOffered = true;
    const { bundle } = await this.parts();
    if (bundle === undefined) {
      await offerSettings(`${problem} Run pipx install billing-lens, or name a server in the settings.`);
      return;
    }
    const choice = await vscode.window.showInformationMessage(
      `${problem} Set it up? That makes a Python environment for this extension alone and downloads a few packages into it.`,
      "Set up",
      "Not now",
      "Open settings",
    );
    if (choice === "Set up") {
      await this.run();
    } else if (choice === "Open settings") {
      await openSettings();
    }
  }

  /**
   * Makes the environment of this version when that of a former one runs, and removes the others
   * when this version's runs.
   */
  async keepUpToDate({ command, origin }: RunningProgram): Promise<void> {
    const { bundle, environments } = await this.parts();
    await environments.use(command);
    if (bundle === undefined) {
      return;
    }
    if (origin === "private") {
      await environments.removeOthers();
    } else if (origin === "former" && !this.wasRenewed) {
      this.wasRenewed = true;
      await this.run();
    }
  }

  /** Removes all private environments, after asking. */
  async remove(): Promise<void> {
    const { environments } = await this.parts();
    if (!(await environments.areThere())) {
      await vscode.window.showInformationMessage("Billing Lens has no private environment here.");
      return;
    }
    const choice = await vscode.window.showWarningMessage(
      "Remove the private environment of Billing Lens?",
      { modal: true, detail: "The server in it stops. You can set it up again at any time." },
      "Remove",
    );
    if (choice === "Remove") {
      this.wasOffered = true;
      await this.server.stop();
      await environments.removeAll();
      await this.server.restart();
    }
  }

  /** Whether the environment is there now. Why it is not was told. */
  private async make(): Promise<boolean> {
    const cancelling = new AbortController();
    const signal = AbortSignal.any([cancelling.signal, this.closing.signal]);
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: "Setting up Billing Lens",
      cancellable: true,
    };
    try {
      await vscode.window.withProgress(options, async (progress, token) => {
        token.onCancellationRequested(() => {
          cancelling.abort();
        });
        await this.install(signal, (message) => {
          progress.report({ message });
        });
      });
      return true;
    } catch (error) {
      if (signal.aborted) {
        this.log.info("The set-up was cancelled; nothing of it is left.");
      } else {
        this.log.error(`The set-up failed: ${String(error)}`);
        void this.tellOfFailure(error instanceof Error ? error.message : String(error));
      }
      return false;
    }
  }

  private async install(signal: AbortSignal, onStep: (step: string) => void): Promise<void> {
    const { bundle, environments } = await this.parts();
    if (bundle === undefined) {
      throw new Error("this extension was not packaged, so it has no server to install.");
    }
    const [uv, pythons] = await Promise.all([
      findOnPath("uv", process.env["PATH"]),
      pythonsToTry(),
    ]);
    const onLine = (line: string): void => {
      this.log.info(redactAddresses(line));
    };
    await environments.make({
      install: (venv) => installServer(venv, { bundle, uv, pythons, signal, onStep, onLine }),
      onWait: () => {
        onStep("Waiting for another window that is at it");
      },
      signal,
    });
  }

  private async tellOfFailure(problem: string): Promise<void> {
    const choice = await vscode.window.showErrorMessage(
      `Setting up Billing Lens failed: ${redactAddresses(problem)}`,
      "Try again",
      "Show log",
      "Open settings",
    );
    if (choice === "Try again") {
      await this.run();
    } else if (choice === "Show log") {
      this.log.show();
    } else if (choice === "Open settings") {
      await openSettings();
    }
  }
}

/** The one that the settings name and no other; else what the user has, the workspace only if trusted. */
async function pythonsToTry(): Promise<Call[]> {
  const { interpreter } = readSettings();
  if (interpreter !== "") {
    return [[inHome(interpreter)]];
  }
  const selected = await selectedInterpreters();
  return [...selected.map((python): Call => [python]), ...(await pythonsOnPath(process.env["PATH"]))];
}

async function offerSettings(message: string): Promise<void> {
  if ((await vscode.window.showErrorMessage(message, "Open settings")) !== undefined) {
    await openSettings();
  }
}
