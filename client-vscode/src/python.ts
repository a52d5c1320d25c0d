/** Finds a Python that the private environment can be made with. */
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { findOnPath } from "./programs";

/** The oldest Python that the server runs on, as pyproject.toml says. */
export const OLDEST: readonly [number, number] = [3, 10];
/** Names under which systems that have several Pythons install them beside `python3`. */
const NUMBERED = ["python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
const ANSWERS_WITHIN_MS = 15_000;

export interface Python {
  /** The real interpreter, where that is known: no shim, and not that of a virtual environment. */
  executable: string;
  version: readonly [number, number];
  hasVenv: boolean;
}

/** How to call something that should be a Python: the program, then its arguments. */
export type Call = readonly [string, ...string[]];

/** Ways to call the Pythons on the PATH. */
export async function pythonsOnPath(searchPath: string | undefined): Promise<Call[]> {
  const names = ["python3", "python", ...NUMBERED];
  const found = await Promise.all(names.map((name) => findOnPath(name, searchPath)));
  const launcher = process.platform === "win32" ? await findOnPath("py", searchPath) : undefined;
  const calls = found.flatMap((program): Call[] => (program === undefined ? [] : [[program]]));
  return launcher === undefined ? calls : [...calls, [launcher, "-3"]];
}

/**
 * Asks the candidates in order until one is new enough and has venv. Returns that one last; every
 * candidate before it that answered at all is there too.
 */
export async function askPythons(candidates: readonly Call[]): Promise<Python[]> {
  const answered: Python[] = [];
  for (const call of candidates) {
    const python = await ask(call);
    if (python !== undefined) {
      answered.push(python);
      if (isNewEnough(python) && python.hasVenv) {
        break;
      }
    }
  }
  return answered;
}

export function isNewEnough({ version: [major, minor] }: Python): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Why none of these Pythons will do, and what to do about it. */
export function pythonProblem(answered: readonly Python[], platform: NodeJS.Platform): string {
  const wanted = `Python ${OLDEST.join(".")} or newer`;
  const withoutVenv = answered.find(isNewEnough);
  if (withoutVenv !== undefined) {
    const remedy =
      platform === "linux"
        ? "Install it (on Debian and Ubuntu: sudo apt install python3-venv)"
        : `Install ${wanted} from python.org`;
    return `The Python at ${withoutVenv.executable} lacks its module venv. ${remedy}, then try again.`;
  }
  const [tooOld] = answered;
  const problem =
    tooOld === undefined
      ? `${wanted} is needed, and none was found.`
      : `${wanted} is needed, and ${tooOld.executable} is ${tooOld.version.join(".")}.`;
  return `${problem} Install it (${INSTALL[platform] ?? "from python.org"}), then try again.`;
}

const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux: "on Debian and Ubuntu: sudo apt install python3 python3-venv",
  darwin: "brew install python, or from python.org",
  win32: "winget install Python.Python.3.13, or from python.org",
};

const QUESTION = `
import importlib.util, json, sys
has = lambda name: importlib.util.find_spec(name) is not None
real = getattr(sys, "_base_executable", None) or sys.executable
print(json.dumps([real, sys.version_info[0], sys.version_info[1], has("venv") and has("ensurepip")]))
`;

/** undefined for what is no Python 3. */
async function ask([command, ...args]: Call): Promise<Python | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, [...args, "-I", "-c", QUESTION], {
      // Away from the workspace, whose files could choose another version (.python-version).
      cwd: path.dirname(command),
      timeout: ANSWERS_WITHIN_MS,
      windowsHide: true,
    });
    const [executable, major, minor, hasVenv] = JSON.parse(stdout) as [string, number, number, boolean];
    return { executable, version: [major, minor], hasVenv };
  } catch {
    return undefined;
  }
}
