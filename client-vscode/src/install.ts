/** Installs the bundled server into a virtual environment of its own, with uv or with venv and pip. */
import { rm } from "node:fs/promises";
import * as path from "node:path";
import type { Bundle } from "./bundle";
import { interpreterOf } from "./programs";
import { askPythons, type Call, isNewEnough, OLDEST, type Python, pythonProblem } from "./python";
import { CommandFailed, run } from "./run";

export interface Installation {
  bundle: Bundle;
  /** The program uv, where there is one. */
  uv: string | undefined;
  /** Pythons to make the environment with, best first. */
  pythons: readonly Call[];
  signal: AbortSignal;
  /** Told what is going on now, in a few words. */
  onStep: (step: string) => void;
  /** Told each line that the programs print. */
  onLine: (line: string) => void;
}

/** Runs one of the programs and tells what it is for. */
type Step = (doing: string, command: string, ...args: string[]) => Promise<void>;

/** No Python will do. Its message says why, and what to do. */
export class NoPython extends Error {
  override readonly name = "NoPython";
}

/**
 * Makes the environment `venv`. Which index the packages come from is the user's own configuration
 * of uv or pip; what comes must have the hashes that the bundle names, and nothing is built from
 * source, which would run code that no hash covers. Rejects with NoPython or CommandFailed.
 */
export async function installServer(venv: string, installation: Installation): Promise<void> {
  const { uv, bundle, onLine } = installation;
  const step = stepIn(path.dirname(venv), installation);
  installation.onStep("Looking for Python");
  const answered = await askPythons(installation.pythons);
  const python = answered.filter(isNewEnough).at(-1);
  if (uv !== undefined) {
    try {
      await installWithUv(uv, venv, python, bundle, step);
      return;
    } catch (error) {
      if (!(error instanceof CommandFailed) || !python?.hasVenv) {
        throw error;
      }
      onLine(`uv did not do it (${error.message}), so it is done with venv and pip.`);
      await rm(venv, { recursive: true, force: true });
    }
  }
  if (!python?.hasVenv) {
    throw new NoPython(pythonProblem(answered, process.platform));
  }
  await installWithPip(python, venv, bundle, step);
}

async function installWithUv(
  uv: string,
  venv: string,
  python: Python | undefined,
  { requirements, wheel }: Bundle,
  step: Step,
): Promise<void> {
  // Without a Python, uv finds or fetches one as it is configured to.
  const wanted = python?.executable ?? `>=${OLDEST.join(".")}`;
  const install = ["pip", "install", "--python", interpreterOf(venv)];
  await step("Making the environment with uv", uv, "venv", "--python", wanted, venv);
  await step(DOWNLOADING, uv, ...install, ...LOCKED, "-r", requirements);
  await step("Installing the server", uv, ...install, "--no-deps", wheel);
}

async function installWithPip(
  { executable }: Python,
  venv: string,
  { requirements, wheel }: Bundle,
  step: Step,
): Promise<void> {
  const install = ["-I", "-m", "pip", "install", ...QUIET];
  const python = interpreterOf(venv);
  await step("Making the environment", executable, "-I", "-m", "venv", venv);
  await step(DOWNLOADING, python, ...install, ...LOCKED, "-r", requirements);
  await step("Installing the server", python, ...install, "--no-deps", wheel);
}

const DOWNLOADING = "Downloading packages";
const LOCKED = ["--require-hashes", "--only-binary", ":all:"];
const QUIET = ["--disable-pip-version-check", "--no-input", "--no-user", "--progress-bar", "off"];

function stepIn(cwd: string, { signal, onStep, onLine }: Installation): Step {
  return async (doing, command, ...args) => {
    onStep(doing);
    onLine(`> ${[command, ...args].join(" ")}`);
    try {
      await run(command, args, { cwd, signal, onLine });
    } catch (error) {
      throw error instanceof CommandFailed ? new CommandFailed(explained(doing, error)) : error;
    }
  };
}

function explained(doing: string, { message }: CommandFailed): string {
  return doing === DOWNLOADING
    ? `the packages could not be downloaded. Check the network, and the package index that uv or pip is set to. It says: ${message}`
    : message;
}
