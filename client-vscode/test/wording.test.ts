import assert from "node:assert/strict";
import { homedir } from "node:os";
import * as path from "node:path";
import { describe, it } from "node:test";
import type { Status } from "../src/protocol";
import { asMarkdown, facts, placeWords, statusText } from "../src/wording";

const status: Status = {
  claudeCode: { version: "2.1.146", from: "lastOnboardingVersion" },
  mode: "interactive",
  route: { source: "profile", billing: "api_usage", works: true, label: "API usage", profile: "default" },
  expected: { billing: "subscription", organization: { id: "1111" }, from: "your login" },
  asExpected: false,
  otherMode: null,
  credentials: [],
  findings: [],
};

const textOf = (change: Partial<Status>) =>
  statusText({ kind: "running", status: { ...status, ...change } });

describe("statusText", () => {
  it("warns only of what is known not to be as expected", () => {
    assert.equal(textOf({}).severity, "warning");
    assert.equal(textOf({ asExpected: true }).severity, "none");
    assert.equal(textOf({ asExpected: null }).severity, "none");
  });

  it("shows a source that cannot authenticate as an error, expected or not", () => {
    const route = { ...status.route, works: false };
    assert.equal(textOf({ route }).severity, "error");
    assert.equal(textOf({ route, asExpected: true }).severity, "error");
  });

  it("does not call an error what cannot be known", () => {
    assert.equal(textOf({ route: { ...status.route, works: null } }).severity, "warning");
  });

  it("speaks without icons", () => {
    assert.equal(textOf({}).text, "$(credit-card) API usage");
    assert.equal(textOf({}).spoken, "Claude Code is paid by: API usage, not as expected");
  });

  it("keeps icon syntax in names from turning into icons", () => {
    const route = { ...status.route, label: "$(check) Claude Max" };
    assert.equal(textOf({ route }).text, "$(credit-card) \\$(check) Claude Max");
  });
});

describe("facts", () => {
  const names = (change: Partial<Status>) => facts({ ...status, ...change }).map(({ name }) => name);

  it("leaves out what is not known", () => {
    assert.deepEqual(names({}), ["Source", "Expected instead", "Claude Code"]);
  });

  it("tells the other mode only when it differs", () => {
    const login = { ...status.route, source: "claude_ai_login", label: "Claude Max" };
    assert.ok(names({ otherMode: { mode: "headless", route: login } }).includes("Headless runs"));
    assert.ok(!names({ otherMode: { mode: "headless", route: status.route } }).includes("Headless runs"));
  });
});

describe("placeWords", () => {
  it("names the file that sets a variable", () => {
    const location = { variable: "ANTHROPIC_API_KEY", set_in: { path: "/settings.json" } };
    assert.equal(placeWords(location), "ANTHROPIC_API_KEY in /settings.json");
    assert.equal(
      placeWords({ ...location, set_in: null }),
      "environment variable ANTHROPIC_API_KEY",
    );
  });

  it("writes the home short, and nothing for what stands nowhere", () => {
    assert.equal(placeWords({ path: path.join(homedir(), "a.json") }), path.join("~", "a.json"));
    assert.equal(placeWords({}), "");
    assert.equal(placeWords(null), "");
  });
});

describe("asMarkdown", () => {
  it("leaves nothing that Markdown would make more of", () => {
    assert.equal(asMarkdown("Dev's [x](y) <b>"), "Dev\\'s \\[x\\]\\(y\\) \\<b\\>");
    assert.equal(asMarkdown("one\n\n# two"), "one \\# two");
  });
});
