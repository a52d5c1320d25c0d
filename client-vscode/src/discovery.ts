/** Finds the server's program. Knows nothing of VS Code, so that its order can be tested alone. */
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { findOnPath, inHome, interpreterOf, isExecutable } from "./programs";

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
  /** Interpreters of the private environments: this version's, and one of a former version. */
  privateInterpreters: () => Promise<{ current?: string; former?: string }>;
  /** The variable PATH. */
  searchPath: string | undefined;
}

export interface ServerProgram {
  kind: "found";
  command: string;
  args: string[];
  origin: "setting" | "workspace" | "private" | "path" | "former";
}

export interface NoServer {
  kind: "missing";
  /** One sentence for the user. */
  problem: string;
  /** Whether a private environment would be used if there were one. */
  canSetUp: boolean;
}

/**
 * The first server found. A setting that names something unusable is an error and not skipped:
 * whoever set it means that program and no other. An interpreter without the server is good for
 * making the private environment, so that one counts.
 */
export async function findServer(places: Places): Promise<ServerProgram | NoServer> {
  if (places.serverPath !== "") {
    const program = inHome(places.serverPath);
    return (await isExecutable(program))
      ? asProgram(program, "setting")
      : missing(`The setting billingLens.server.path names ${program}, which is no program.`, false);
  }
  if (places.interpreter !== "") {
    return findThroughInterpreter(inHome(places.interpreter), places);
  }
  for (const python of await places.workspaceInterpreters()) {
    if (await hasServer(python)) {
      return asModule(python, "workspace");
    }
  }
  const { current, former } = await places.privateInterpreters();
  if (current !== undefined && (await hasServer(current))) {
    return asModule(current, "private");
  }
  const program = await findOnPath("billing-lens", places.searchPath);
  if (program !== undefined) {
    return asProgram(program, "path");
  }
  return former !== undefined && (await hasServer(former))
    ? asModule(former, "former")
    : missing("Billing Lens is not set up on this machine yet.", true);
}

/** Interpreters of the virtual environments that a folder holds under their usual names. */
export async function virtualEnvironmentsIn(folder: string): Promise<string[]> {
  const interpreters = [".venv", "venv"].map((name) => interpreterOf(path.join(folder, name)));
  const executable = await Promise.all(interpreters.map(isExecutable));
  return interpreters.filter((_, index) => executable[index]);
}

async function findThroughInterpreter(
  python: string,
  { privateInterpreters }: Places,
): Promise<ServerProgram | NoServer> {
  if (!(await isExecutable(python))) {
    return missing(`The setting billingLens.interpreter names ${python}, which is no program.`, false);
  }
  if (await hasServer(python)) {
    return asModule(python, "setting");
  }
  const { current } = await privateInterpreters();
  return current !== undefined && (await hasServer(current))
    ? asModule(current, "private")
    : missing(
        `The setting billingLens.interpreter names ${python}, which has no billing-lens installed.`,
        true,
      );
}

function asProgram(command: string, origin: ServerProgram["origin"]): ServerProgram {
  return { kind: "found", command, args: ["serve"], origin };
}

function asModule(python: string, origin: ServerProgram["origin"]): ServerProgram {
  return { kind: "found", command: python, args: ["-m", "billing_lens", "serve"], origin };
}

function missing(problem: string, canSetUp: boolean): NoServer {
  return { kind: "missing", problem, canSetUp };
}

/**
 * Whether this Python can import the server. It is asked away from the workspace: `python -c` looks
 * for packages in the current directory first.
 */
export async function hasServer(python: string): Promise<boolean> {
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
