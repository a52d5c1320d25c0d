import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";

/** Writes a real program: a shell script in place of billing-lens, uv or a Python interpreter. */
export function programFile(file: string, script: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
