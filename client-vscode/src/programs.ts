/** Finds programs on disk and on the PATH. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";

/**
 * The program's absolute path. Relative and empty entries of PATH are passed over: they would mean a
 * program of whatever folder happens to be current.
 */
export async function findOnPath(
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

export async function isExecutable(file: string): Promise<boolean> {
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

/** A path as a person writes it into a setting, with `~` for the home. */
export function inHome(file: string): string {
  return /^~[/\\]/.test(file) ? path.join(homedir(), file.slice(2)) : file;
}

/** Where a virtual environment has its interpreter. */
export function interpreterOf(environment: string): string {
  return path.join(
    environment,
    ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
  );
}
