/** Finds the server's program. Knows nothing of VS Code, so that its order can be tested alone. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

/** Starting a Python on a cold disk takes seconds; one that hangs must not hold up the others. */
const INTERPRETER_ANSWERS_WITHIN_MS = 15_000;

/** Where the server may be, in the order in which it is looked for. */
export interface Places {
  /** Setting `billingLens.server.path`, empty when not set. */
  serverPath: string;
  /** Setting `billingLens.interpreter`, empty when not set. */
  interpreter: string;
  /** Python interpreters of the workspace; none in an untrusted one. Asked for only when needed. */
  workspaceInterpreters: () => Promise<string[]>;
  /** The variable PATH. */
  searchPath: string | undefined;
}

export interface ServerProgram {
  kind: "found";
  command: string;
  args: string[];
  origin: "setting" | "workspace" | "path";
}

export interface NoServer {
  kind: "missing";
  /** One sentence for the user. */
  problem: string;
}

/**
 * The first server found. A setting that names something unusable is an error and not skipped:
 * whoever set it means that program and no other.
 */
export async function findServer(places: Places): Promise<ServerProgram | NoServer> {
  if (places.serverPath !== "") {
    const program = inHome(places.serverPath);
    return (await isExecutable(program))
      ? asProgram(program, "setting")
      : missing(`The setting billingLens.server.path names ${program}, which is no program.`);
  }
  if (places.interpreter !== "") {
    const python = inHome(places.interpreter);
    return (await hasServer(python))
      ? asModule(python, "setting")
      : missing(
          `The setting billingLens.interpreter names ${python}, which is no Python that has billing-lens installed.`,
        );
  }
  for (const python of await places.workspaceInterpreters()) {
    if (await hasServer(python)) {
      return asModule(python, "workspace");
    }
  }
  const program = await findOnPath("billing-lens", places.searchPath);
  return program === undefined
    ? missing("The billing-lens program was not found.")
    : asProgram(program, "path");
}

/** Interpreters of the virtual environments that a folder holds under their usual names. */
export async function virtualEnvironmentsIn(folder: string): Promise<string[]> {
  const python = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  const interpreters = [".venv", "venv"].map((name) => path.join(folder, name, ...python));
  const executable = await Promise.all(interpreters.map(isExecutable));
  return interpreters.filter((_, index) => executable[index]);
}

function asProgram(command: string, origin: ServerProgram["origin"]): ServerProgram {
  return { kind: "found", command, args: ["serve"], origin };
}

function asModule(python: string, origin: ServerProgram["origin"]): ServerProgram {
  return { kind: "found", command: python, args: ["-m", "billing_lens", "serve"], origin };
}

function missing(problem: string): NoServer {
  return { kind: "missing", problem };
}

function inHome(file: string): string {
  return /^~[/\\]/.test(file) ? path.join(homedir(), file.slice(2)) : file;
}

/**
 * Whether this Python can import the server. It is asked away from the workspace: `python -c` looks
 * for packages in the current directory first.
 */
async function hasServer(python: string): Promise<boolean> {
  if (!(await isExecutable(python))) {
    return false;
  }
  try {
    await promisify(execFile)(python, ["-c", "import billing_lens"], {
      cwd: path.dirname(python),
      timeout: INTERPRETER_ANSWERS_WITHIN_MS,
      windowsHide: true,
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * The program's absolute path. Relative and empty entries of PATH are passed over: they would mean a
 * program of whatever folder happens to be current.
 */
async function findOnPath(
  name: string,
  searchPath: string | undefined,
): Promise<string | undefined> {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  for (const folder of (searchPath ?? "").split(path.delimiter)) {
    const program = path.join(folder, file);
    if (path.isAbsolute(folder) && (await isExecutable(program))) {
      return program;
    }
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  if (!path.isAbsolute(file)) {
    return false;
  }
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
