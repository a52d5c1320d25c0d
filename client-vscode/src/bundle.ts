/** What the extension's package carries for setting up the server. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import * as path from "node:path";

export interface Bundle {
  /** The server, as a wheel. */
  wheel: string;
  /** What it needs, each package with its version and hashes. */
  requirements: string;
  /** Names the environment made from it: the same exactly for the same wheel and requirements. */
  key: string;
}

/** undefined when the extension was not packaged, as when it is run from source. */
export async function readBundle(extensionFolder: string): Promise<Bundle | undefined> {
  const folder = path.join(extensionFolder, "client-vscode", "bundled");
  try {
    const wheelName = (await readdir(folder)).find((name) => name.endsWith(".whl"));
    if (wheelName === undefined) {
      return undefined;
    }
    const [wheel, requirements] = [path.join(folder, wheelName), path.join(folder, "requirements.txt")];
    const hash = createHash("sha256");
    for (const file of [wheel, requirements]) {
      hash.update(await readFile(file));
    }
    // The second part of a wheel's name is the version.
    const version = wheelName.split("-")[1] ?? "";
    return { wheel, requirements, key: `${version}-${hash.digest("hex").slice(0, 12)}` };
  } catch {
    return undefined;
  }
}
