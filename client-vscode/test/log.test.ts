import assert from "node:assert/strict";
import { it } from "node:test";
import { redactDocumentText } from "../src/log";

it("keeps the text of documents and edits out of traces, and nothing else", () => {
  const text = '{"accessToken": "sk-ant-canary \\" \\\\"}\n';
  const message = JSON.stringify({ textDocument: { uri: "file:///a.json", text }, id: 1 }, null, 4);
  const redacted = redactDocumentText(`Params: ${message}, {"newText":"sk-ant-canary"}`);
  assert.ok(!redacted.includes("canary"));
  assert.match(redacted, /"uri": "file:\/\/\/a\.json",\s+"text": "\(not logged\)"\s+}/);
  assert.ok(redacted.includes('"id": 1'));
});
