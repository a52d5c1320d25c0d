import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Making, PrivateEnvironments } from "../src/environments";
import { interpreterOf } from "../src/programs";
import { programFile } from "./programFiles";

describe("PrivateEnvironments", () => {
  let storage: string;

  /** Installs a program that says, in place of a Python, that it has the server. */
  const install = (venv: string): Promise<void> => {
    programFile(interpreterOf(venv), "exit 0");
    return Promise.resolve();
  };
  /** Makes the environment of this version. */
  const make = (key: string, making: Partial<Making> = {}): Promise<void> => {
    const { signal } = new AbortController();
    const onWait = () => assert.fail("waited");
    return of(key).make({ install, onWait, signal, ...making });
  };
  const of = (key: string) => new PrivateEnvironments(storage, key);
  const venvOf = (key: string) => path.join(storage, key, "venv");

  /** As if the window with this process id made or used it. */
  const noteUser = (key: string, pid: number): void => {
    mkdirSync(path.join(storage, key, "users"), { recursive: true });
    writeFileSync(path.join(storage, key, "users", pid.toString()), "");
  };

  beforeEach(() => {
    storage = path.join(mkdtempSync(path.join(tmpdir(), "environments-")), "environments");
  });
  afterEach(() => {
    rmSync(path.dirname(storage), { recursive: true });
  });

  it("makes one and finds it again", async () => {
    assert.deepEqual(await of("2").interpreters(), {});
    await make("2");
    assert.deepEqual(await of("2").interpreters(), { current: interpreterOf(venvOf("2")) });
  });

  it("does not make what is there and works", async () => {
    await make("2");
    await make("2", { install: () => assert.fail("made twice") });
  });

  it("makes anew what no longer works", async () => {
    await make("2");
    programFile(interpreterOf(venvOf("2")), "exit 1");
    let made = 0;
    const counted = (venv: string): Promise<void> => {
      made += 1;
      return install(venv);
    };
    await make("2", { install: counted });
    assert.equal(made, 1);
  });

  it("leaves nothing of one that failed", async () => {
    const failing = async (venv: string): Promise<void> => {
      await install(venv);
      throw new Error("no network");
    };
    await assert.rejects(make("2", { install: failing }), { message: "no network" });
    assert.deepEqual(readdirSync(storage), []);
  });

  it("does not count what was left half-made, and makes it anew", async () => {
    await install(venvOf("2"));
    noteUser("2", deadProcess());
    assert.deepEqual(await of("2").interpreters(), {});
    await make("2");
    assert.ok("current" in (await of("2").interpreters()));
  });

  it("waits while another window makes it", async () => {
    noteUser("2", process.ppid);
    let waited = false;
    const onWait = (): void => {
      waited = true;
      programFile(interpreterOf(venvOf("2")), "exit 0");
      writeFileSync(path.join(storage, "2", "complete"), "");
    };
    await make("2", { install: () => assert.fail("made by two windows"), onWait });
    assert.ok(waited);
  });

  it("can be cut off while it waits", async () => {
    noteUser("2", process.ppid);
    const cutOff = new AbortController();
    const onWait = (): void => {
      cutOff.abort();
    };
    await assert.rejects(make("2", { onWait, signal: cutOff.signal }), { name: "AbortError" });
    assert.ok(existsSync(path.join(storage, "2")), "the other window's is left alone");
  });

  it("knows that of a former version, and removes it when no other window uses it", async () => {
    await make("1");
    await make("2");
    const both = { current: interpreterOf(venvOf("2")), former: interpreterOf(venvOf("1")) };
    assert.deepEqual(await of("2").interpreters(), both);

    noteUser("1", process.ppid);
    await of("2").removeOthers();
    assert.deepEqual(await of("2").interpreters(), both);

    rmSync(path.join(storage, "1", "users", process.ppid.toString()));
    await of("2").removeOthers();
    assert.deepEqual(readdirSync(storage), ["2"]);
  });

  it("notes who uses one, and nothing about other Pythons", async () => {
    await make("2");
    rmSync(path.join(storage, "2", "users"), { recursive: true });
    await of("2").use(interpreterOf(venvOf("2")));
    await of("2").use("/usr/bin/python3");
    assert.deepEqual(readdirSync(path.join(storage, "2", "users")), [process.pid.toString()]);
    assert.deepEqual(readdirSync(storage), ["2"]);
  });

  it("removes all", async () => {
    await make("1");
    assert.ok(await of("2").areThere());
    await of("2").removeAll();
    assert.ok(!(await of("2").areThere()));
  });
});

/** An id that no process has: Linux gives none so high. */
function deadProcess(): number {
  return 2 ** 30;
}
