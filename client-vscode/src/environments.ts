/**
 * The private environments in the extension's storage, one a version. Knows nothing of VS Code.
 *
 *     <storage>/<key>/venv      the virtual environment; its programs hold its absolute path, so it
 *                               is made where it stays
 *     <storage>/<key>/complete  is there once all of it is installed
 *     <storage>/<key>/users/    a file named by the process id of each window that makes or uses it
 */
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasServer } from "./discovery";
import { interpreterOf } from "./programs";

/** Between making the folder and noting whose it is. */
const CLAIMED_WITHIN_MS = 10_000;
const LOOKS_AGAIN_AFTER_MS = 500;

export interface Making {
  /** Makes an environment at this path. When it fails, nothing of it is left. */
  install: (venv: string) => Promise<void>;
  /** Told when another window is making it and has to be waited for. */
  onWait: () => void;
  signal: AbortSignal;
}

export class PrivateEnvironments {
  /** `key` is that of the version to be made and used. */
  constructor(
    private readonly storage: string,
    private readonly key: string,
  ) {}

  /** Interpreters of the environments that were completed: this version's and the newest other. */
  async interpreters(): Promise<{ current?: string; former?: string }> {
    const completed = await Promise.all(
      (await this.keys()).map(async (key) => ({ key, at: await completedAt(this.folder(key)) })),
    );
    const [former] = completed
      .filter(({ key, at }) => key !== this.key && at > 0)
      .sort((one, other) => other.at - one.at);
    const current = completed.find(({ key, at }) => key === this.key && at > 0);
    return {
      ...(current && { current: this.interpreter(current.key) }),
      ...(former && { former: this.interpreter(former.key) }),
    };
  }

  /** Makes this version's environment if it is not there or does not work. */
  async make({ install, onWait, signal }: Making): Promise<void> {
    const folder = this.folder(this.key);
    while (!(await this.works())) {
      signal.throwIfAborted();
      if (await claim(folder)) {
        await installWhole(folder, install);
        return;
      }
      if (await isUsedElsewhere(folder)) {
        onWait();
        await sleep(LOOKS_AGAIN_AFTER_MS, undefined, { signal });
      } else {
        await remove(folder);
      }
    }
  }

  /** Notes that this window runs this interpreter, so that no other window removes it. */
  async use(interpreter: string): Promise<void> {
    const [key = ""] = path.relative(this.storage, interpreter).split(path.sep);
    if ((await this.keys()).includes(key)) {
      await note(this.folder(key));
    }
  }

  /** Removes the environments of other versions that no other window uses. */
  async removeOthers(): Promise<void> {
    for (const key of await this.keys()) {
      if (key !== this.key && !(await isUsedElsewhere(this.folder(key)))) {
        await remove(this.folder(key));
      }
    }
  }

  async removeAll(): Promise<void> {
    await Promise.all((await this.keys()).map((key) => remove(this.folder(key))));
  }

  async areThere(): Promise<boolean> {
    return (await this.keys()).length > 0;
  }

  private async works(): Promise<boolean> {
    const isComplete = (await completedAt(this.folder(this.key))) > 0;
    return isComplete && hasServer(this.interpreter(this.key));
  }

  private keys(): Promise<string[]> {
    return readdir(this.storage).catch(() => []);
  }

  private folder(key: string): string {
    return path.join(this.storage, key);
  }

  private interpreter(key: string): string {
    return interpreterOf(path.join(this.folder(key), "venv"));
  }
}

/** Whether the folder was not there and is this window's now. */
async function claim(folder: string): Promise<boolean> {
  await mkdir(path.dirname(folder), { recursive: true });
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  }
  await note(folder);
  return true;
}

async function installWhole(
  folder: string,
  install: (venv: string) => Promise<void>,
): Promise<void> {
  try {
    await install(path.join(folder, "venv"));
    await writeFile(markerOf(folder), "");
  } catch (error) {
    await remove(folder);
    throw error;
  }
}

async function note(folder: string): Promise<void> {
  const users = path.join(folder, "users");
  await mkdir(users, { recursive: true });
  await writeFile(path.join(users, process.pid.toString()), "");
}

async function isUsedElsewhere(folder: string): Promise<boolean> {
  const users = await readdir(path.join(folder, "users")).catch(() => undefined);
  return users === undefined
    ? Date.now() - (await timeOf(folder)) < CLAIMED_WITHIN_MS
    : users.map(Number).some((pid) => pid !== process.pid && isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The marker goes first: what is half removed does not count. */
async function remove(folder: string): Promise<void> {
  await rm(markerOf(folder), { force: true });
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

function markerOf(folder: string): string {
  return path.join(folder, "complete");
}

/** In milliseconds since the epoch, 0 for what is not complete. */
function completedAt(folder: string): Promise<number> {
  return timeOf(markerOf(folder));
}

async function timeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
