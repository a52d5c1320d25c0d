import assert from "node:assert/strict";
import { it } from "node:test";
import { redactAddresses, redactDocumentText, serverLineLogger } from "../src/log";

it("keeps the text of documents and edits out of traces, and nothing else", () => {
  const text = '{"accessToken": "sk-ant-canary \\" \\\\"}\n';
  const message = JSON.stringify({ textDocument: { uri: "file:///a.json", text }, id: 1 }, null, 4);
  const redacted = redactDocumentText(`Params: ${message}, {"newText":"sk-ant-canary"}`);
  assert.ok(!redacted.includes("canary"));
  assert.match(redacted, /"uri": "file:\/\/\/a\.json",\s+"text": "\(not logged\)"\s+}/);
  assert.ok(redacted.includes('"id": 1'));
});

it("takes names and passwords out of addresses", () => {
  assert.equal(
    redactAddresses("Looking in indexes: https://me:canary@host/simple, https://other/x@1"),
    "Looking in indexes: https://…@host/simple, https://other/x@1",
  );
});

it("logs the server's lines at the level they say, and what follows at the same", () => {
  const logged: [string, string][] = [];
  const at = (level: string) => (line: string) => logged.push([level, line]);
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  ["Fatal Python error", "WARNING slow", "  a detail", "INFO up", "CRITICAL down"].forEach(
    serverLineLogger(log),
  );
  assert.deepEqual(logged, [
    ["error", "Fatal Python error"],
    ["warn", "slow"],
    ["warn", "  a detail"],
    ["info", "up"],
    ["error", "down"],
  ]);
});
