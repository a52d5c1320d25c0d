import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Finding, Status } from "../src/protocol";
import { routeTree, seriousFindings, type TreeNode } from "../src/routeTree";
import { inFile, login, profile, status } from "./statuses";

const finding: Finding = {
  rule: "profile-overrides-login",
  severity: "error",
  message: "Claude Code bills API usage.",
  location: inFile("/default.json"),
  related: [{ message: "1111 should pay.", location: inFile("/.credentials.json") }],
  fixes: [
    { id: "retire", title: "Retire it: bills Max", safety: "safe", resultingRoute: status.route },
  ],
  docs: "https://example.com/rule",
  commands: [{ run: "ant auth logout", purpose: "Signs out." }],
};

const section = (id: string, change: Partial<Status>): TreeNode | undefined =>
  routeTree({ ...status, ...change }).find((node) => node.id === id);

const flat = (nodes: TreeNode[]): TreeNode[] =>
  nodes.flatMap((node) => [node, ...flat(node.children ?? [])]);

describe("routeTree", () => {
  it("lists the sources in the order of precedence and marks the one in charge", () => {
    const sources = section("sources", { credentials: [profile, login] })?.children ?? [];
    assert.deepEqual(
      sources.map(({ label, icon }) => [label, icon]),
      [
        ["The profile 'default'", "pass-filled"],
        ["The claude.ai login", "circle-outline"],
      ],
    );
    assert.match(sources[0]?.description ?? "", /^in charge/);
    assert.deepEqual(sources[1]?.place, inFile("/.credentials.json"));
  });

  it("leaves out sections that have nothing to say, but never the expectation", () => {
    const ids = routeTree({ ...status, expected: null }).map(({ id }) => id);
    assert.deepEqual(ids, ["route", "expectation"]);
  });

  it("shows below a finding its evidence, its fixes and what to run", () => {
    const [row] = section("findings", { findings: [finding] })?.children ?? [];
    const [evidence, fix, command] = row?.children ?? [];
    assert.deepEqual(evidence?.place, inFile("/.credentials.json"));
    assert.equal(fix?.offer?.fix.id, "retire");
    assert.equal(command?.run, "ant auth logout");
    assert.equal(row?.docs, "https://example.com/rule");
  });

  it("keeps a row's id when its words change, so that it stays open", () => {
    const ids = (found: Finding) =>
      flat(routeTree({ ...status, findings: [found] })).map(({ id }) => id);
    assert.deepEqual(ids({ ...finding, message: "Other words." }), ids(finding));
  });

  it("gives every row an id of its own, also where two say the same", () => {
    const all = flat(
      routeTree({ ...status, credentials: [login, login], findings: [finding, finding] }),
    ).map(({ id }) => id);
    assert.equal(new Set(all).size, all.length);
  });

  it("speaks of what icons and colours show", () => {
    const [row] = section("findings", { findings: [finding] })?.children ?? [];
    assert.match(row?.spoken ?? "", /^error: /);
    assert.match(section("route", {})?.spoken ?? "", /not as expected$/);
  });
});

describe("organizations", () => {
  it("names each once, with what it is and where it appears", () => {
    const rows = section("organizations", { credentials: [profile, login] })?.children ?? [];
    assert.deepEqual(
      rows.map(({ label, description }) => [label, description]),
      [
        ["1111", "should pay"],
        ["2222", ""],
      ],
    );
    assert.deepEqual(
      rows.map(({ children }) => children?.map(({ label }) => label)),
      [["The claude.ai login"], ["The profile 'default'"]],
    );
  });

  it("takes the name from wherever it is known", () => {
    const named = { ...status.route, organization: { id: "1111", name: "Dev" } };
    const fix = { id: "", title: "", safety: "safe" as const, resultingRoute: named };
    const [row] = section("organizations", { findings: [{ ...finding, fixes: [fix] }] })?.children ?? [];
    assert.equal(row?.label, "Dev");
    assert.equal(row.description, "should pay · 1111");
  });
});

describe("seriousFindings", () => {
  it("counts errors and warnings alone", () => {
    const findings = (["error", "warning", "info", "hint"] as const).map((severity) => ({
      ...finding,
      severity,
    }));
    assert.equal(seriousFindings({ ...status, findings }), 2);
  });
});
