import assert from "node:assert/strict";
import { execSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

describe("protocol.ts", () => {
  it("is what `make contract` writes", () => {
    const written = execSync("npm run --silent contract", { encoding: "utf8" });
    assert.equal(readFileSync("client-vscode/src/protocol.ts", "utf8"), written);
  });
});
