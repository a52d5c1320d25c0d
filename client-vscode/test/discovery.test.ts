import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, describe, it } from "node:test";
import { findServer, type Places, virtualEnvironmentsIn } from "../src/discovery";
import { programFile } from "./programFiles";

describe("findServer", () => {
  let folder: string;
  let nowhere: Places;

  /** A real program: a script in place of billing-lens or of a Python interpreter. */
  const program = (name: string, exitCode: number): string =>
    programFile(path.join(folder, name), `exit ${exitCode.toString()}`);

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "discovery-"));
    nowhere = {
      serverPath: "",
      interpreter: "",
      workspaceInterpreters: () => Promise.resolve([]),
      privateInterpreters: () => Promise.resolve({}),
      searchPath: undefined,
    };
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("takes the setting server.path before everything else", async () => {
    const serverPath = program("set/billing-lens", 0);
    const found = await findServer({
      ...nowhere,
      serverPath,
      interpreter: program("set/python", 0),
      workspaceInterpreters: () => assert.fail("the workspace was asked"),
      searchPath: path.dirname(program("onpath/billing-lens", 0)),
    });
    assert.deepEqual(found, {
      kind: "found",
      command: serverPath,
      args: ["serve"],
      origin: "setting",
    });
  });

  it("takes the setting interpreter before the workspace's environments", async () => {
    const interpreter = program("set/python", 0);
    const found = await findServer({
      ...nowhere,
      interpreter,
      workspaceInterpreters: () => assert.fail("the workspace was asked"),
    });
    assert.deepEqual(found, {
      kind: "found",
      command: interpreter,
      args: ["-m", "billing_lens", "serve"],
      origin: "setting",
    });
  });

  it("takes the first of the workspace's interpreters that has the package", async () => {
    const without = program("without/python", 1);
    const withIt = program("with/python", 0);
    const found = await findServer({
      ...nowhere,
      workspaceInterpreters: () => Promise.resolve([without, withIt]),
      searchPath: path.dirname(program("onpath/billing-lens", 0)),
    });
    assert.deepEqual(found, {
      kind: "found",
      command: withIt,
      args: ["-m", "billing_lens", "serve"],
      origin: "workspace",
    });
  });

  it("takes this version's private environment before the PATH, one of a former version after", async () => {
    const [current, former] = [program("new/python", 0), program("old/python", 0)];
    const onPath = program("onpath/billing-lens", 0);
    const privateInterpreters = () => Promise.resolve({ current, former });
    const [searchPath, args] = [path.dirname(onPath), ["-m", "billing_lens", "serve"]];
    const find = (places: Partial<Places>) => findServer({ ...nowhere, privateInterpreters, ...places });

    const inCurrent = { kind: "found", command: current, args, origin: "private" };
    assert.deepEqual(await find({ searchPath }), inCurrent);
    program("new/python", 1);
    const there = { kind: "found", command: onPath, args: ["serve"], origin: "path" };
    assert.deepEqual(await find({ searchPath }), there);
    assert.deepEqual(await find({}), { kind: "found", command: former, args, origin: "former" });
  });

  it("runs the private environment when the setting interpreter names a Python without the server", async () => {
    const interpreter = program("without/python", 1);
    const current = program("new/python", 0);
    const privateInterpreters = () => Promise.resolve({ current });
    const found = await findServer({ ...nowhere, interpreter, privateInterpreters });
    assert.ok(found.kind === "found" && found.command === current && found.origin === "private");
  });

  it("looks on the PATH last, and not in its relative entries", async () => {
    const command = program("onpath/billing-lens", 0);
    const relative = path.relative(process.cwd(), path.dirname(program("cwd/billing-lens", 0)));
    const found = await findServer({
      ...nowhere,
      workspaceInterpreters: () => Promise.resolve([program("without/python", 1)]),
      searchPath: ["", relative, path.dirname(command)].join(path.delimiter),
    });
    assert.deepEqual(found, { kind: "found", command, args: ["serve"], origin: "path" });
  });

  it("does not pass over a setting that names something unusable", async () => {
    const searchPath = path.dirname(program("onpath/billing-lens", 0));
    const python = program("without/python", 1);
    for (const [settings, name, canSetUp] of [
      [{ serverPath: path.join(folder, "gone") }, "billingLens.server.path", false],
      [{ serverPath: "billing-lens" }, "billingLens.server.path", false],
      [{ interpreter: path.join(folder, "gone") }, "billingLens.interpreter", false],
      [{ interpreter: python }, "billingLens.interpreter", true],
    ] as const) {
      const found = await findServer({ ...nowhere, ...settings, searchPath });
      assert.ok(found.kind === "missing" && found.problem.includes(name), name);
      assert.equal(found.canSetUp, canSetUp);
    }
  });

  it("says so when there is no server anywhere", async () => {
    assert.equal((await findServer(nowhere)).kind, "missing");
  });

  it("finds virtual environments by their usual names", async () => {
    const python = program("workspace/.venv/bin/python", 0);
    assert.deepEqual(await virtualEnvironmentsIn(path.join(folder, "workspace")), [python]);
  });
});
