import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Finding, Status } from "../src/protocol";
import { LINKED_COMMANDS, statusText, tooltipMarkdown } from "../src/statusText";
import { status } from "./statuses";

const textOf = (change: Partial<Status>) =>
  statusText({ kind: "running", status: { ...status, ...change } });

const tooltipOf = (change: Partial<Status>) =>
  tooltipMarkdown({ kind: "running", status: { ...status, ...change } });

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

  it("says by its icon too what the colour says", () => {
    assert.equal(textOf({}).text, "$(warning) API usage");
    assert.equal(textOf({ asExpected: true }).text, "$(credit-card) API usage");
    assert.equal(textOf({ route: { ...status.route, works: false } }).text, "$(error) API usage");
  });

  it("speaks without icons, and in full", () => {
    assert.equal(
      textOf({}).spoken,
      "Claude Code is paid by: API usage (organization 2222…), not as expected",
    );
  });

  it("keeps icon syntax in names from turning into icons", () => {
    const route = { ...status.route, label: "$(check) Claude Max" };
    assert.equal(textOf({ route }).text, "$(warning) \\$(check) Claude Max");
  });
});

describe("tooltipMarkdown", () => {
  const finding: Finding = {
    rule: "a-rule",
    severity: "error",
    message: "",
    location: null,
    related: [],
    fixes: [{ id: "", title: "", safety: "safe", resultingRoute: status.route }],
    docs: "",
  };

  it("offers to fix only what can be fixed safely", () => {
    assert.ok(!tooltipOf({}).includes("command:billingLens.fixAll"));
    assert.ok(tooltipOf({ findings: [finding] }).includes("[Fix](command:billingLens.fixAll)"));
  });

  it("links to no command but those that are trusted", () => {
    const linked = tooltipOf({ findings: [finding] }).matchAll(/\(command:([^)]*)\)/g);
    for (const [, command = ""] of linked) {
      assert.ok(LINKED_COMMANDS.includes(command), command);
    }
  });

  it("lets nothing that the server says become a link", () => {
    const route = { ...status.route, label: "[Fix](command:workbench.action.quit)" };
    assert.ok(!tooltipOf({ route }).includes("](command:workbench"));
    assert.ok(!tooltipMarkdown({ kind: "missing", problem: "[x](command:y)", canSetUp: true }).includes("](command:y"));
  });
});
