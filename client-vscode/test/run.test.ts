import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "node:test";
import { CommandFailed, complaintIn, run } from "../src/run";

const surroundings = (lines: string[], signal = new AbortController().signal) => ({
  cwd: tmpdir(),
  signal,
  onLine: (line: string) => lines.push(line),
});

describe("run", () => {
  it("tells each line of both streams", async () => {
    const lines: string[] = [];
    await run("/bin/sh", ["-c", "echo one; echo two >&2"], surroundings(lines));
    assert.deepEqual(lines.sort(), ["one", "two"]);
  });

  it("says what the program complained about when it fails", async () => {
    const script = "echo 'WARNING: slow'; echo 'ERROR: no space left'; echo hint; exit 2";
    await assert.rejects(run("/bin/sh", ["-c", script], surroundings([])), {
      name: "CommandFailed",
      message: "no space left",
    });
    await assert.rejects(run("/nowhere/program", [], surroundings([])), CommandFailed);
  });

  it("ends the program and what that started when it is cut off", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "run-"));
    const outlived = path.join(folder, "outlived");
    const lines: string[] = [];
    const cutOff = new AbortController();
    const script = `(sleep 0.2; : > "${outlived}") & echo started; wait`;
    const running = run("/bin/sh", ["-c", script], surroundings(lines, cutOff.signal));
    while (lines.length === 0) {
      await sleep(5);
    }
    cutOff.abort();
    await assert.rejects(running, { name: "AbortError" });
    await sleep(400);
    assert.ok(!existsSync(outlived));
    rmSync(folder, { recursive: true });
  });
});

describe("complaintIn", () => {
  it("takes the last line when none says error", () => {
    assert.equal(complaintIn(["one", "two", ""]), "two");
    assert.equal(complaintIn([]), undefined);
  });
});
