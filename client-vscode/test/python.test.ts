import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, describe, it } from "node:test";
import { askPythons, pythonProblem, pythonsOnPath } from "../src/python";
import { programFile } from "./programFiles";

describe("askPythons", () => {
  let folder: string;

  /** A program that answers as a Python of this version does, from where it really is. */
  const python = (name: string, minor: number, hasVenv = true): string =>
    programFile(path.join(folder, name), `echo '["/real/${name}", 3, ${minor.toString()}, ${hasVenv.toString()}]'`);

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "pythons-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("takes the first that is new enough and has venv, as it is really called", async () => {
    const answered = await askPythons([
      [programFile(path.join(folder, "no-python"), "echo Python was not found")],
      [python("old", 9)],
      [python("bare", 12, false)],
      [python("good", 10)],
      [python("never-asked", 13)],
    ]);
    assert.deepEqual(
      answered.map(({ executable }) => executable),
      ["/real/old", "/real/bare", "/real/good"],
    );
  });

  it("understands the answer of a real Python", async () => {
    const calls = await pythonsOnPath(process.env["PATH"]);
    const real = (await askPythons(calls)).at(-1);
    assert.ok(real !== undefined && path.isAbsolute(real.executable));
    assert.equal(real.version[0], 3);
  });
});

describe("pythonProblem", () => {
  const old = { executable: "/usr/bin/python3", version: [3, 8], hasVenv: true } as const;
  const bare = { executable: "/usr/bin/python3", version: [3, 12], hasVenv: false } as const;

  it("says what is there, what is needed and the next step", () => {
    assert.match(pythonProblem([], "darwin"), /none was found\. Install it \(brew install python/);
    assert.match(pythonProblem([old], "linux"), /\/usr\/bin\/python3 is 3\.8\. Install it/);
    assert.match(pythonProblem([old, bare], "linux"), /lacks its module venv.*apt install python3-venv/);
    assert.match(pythonProblem([], "win32"), /winget install/);
  });
});
