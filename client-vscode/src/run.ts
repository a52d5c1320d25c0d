/** Runs programs that take a while: their output is told line by line, and they can be cut off. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program ended with an error, or could not be started. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}

export interface Surroundings {
  /** The folder it runs in: never the workspace, whose files would have a say in it. */
  cwd: string;
  /** Ends it, with all that it started. */
  signal: AbortSignal;
  onLine: (line: string) => void;
}

/**
 * Waits until the program has ended. Rejects with the signal's reason when it was cut off, else with
 * CommandFailed when it failed.
 */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, signal, onLine }: Surroundings,
): Promise<void> {
  signal.throwIfAborted();
  // A group of its own, so that what it starts ends with it.
  const detached = process.platform !== "win32";
  const child = spawn(command, args, {
    cwd,
    detached,
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const end = (): void => {
    endWithDescendants(child);
  };
  signal.addEventListener("abort", end, { once: true });
  const said: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input, crlfDelay: Infinity }).on("line", (line) => {
      said.push(line);
      onLine(line);
    });
  }
  try {
    const code = await ended(child);
    signal.throwIfAborted();
    if (code !== 0) {
      throw new CommandFailed(complaintIn(said) ?? `${command} ended with ${String(code)}.`);
    }
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** What a program complained about: its first line that says error, else its last. */
export function complaintIn(lines: readonly string[]): string | undefined {
  const complaint =
    lines.find((line) => /^\s*(?:error|fatal)\b/i.test(line)) ??
    lines.filter((line) => line.trim() !== "").at(-1);
  return complaint?.trim().replace(/^error:\s*/i, "");
}

function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(new CommandFailed(error.message));
    });
    child.once("close", (code, signal) => {
      resolve(code ?? signal);
    });
  });
}

function endWithDescendants({ pid }: ChildProcess): void {
  if (pid === undefined) {
    return;
  }
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", pid.toString(), "/T", "/F"], { windowsHide: true, stdio: "ignore" });
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
}
