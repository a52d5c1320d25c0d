import assert from "node:assert/strict";
import { homedir } from "node:os";
import * as path from "node:path";
import { describe, it } from "node:test";
import type { Route, Status } from "../src/protocol";
import { asMarkdown, changeWords, facts, fileOf, placeWords, shortLabel } from "../src/wording";
import { status } from "./statuses";

const login: Route = {
  source: "claude_ai_login",
  billing: "subscription",
  works: true,
  label: "Claude Max 20x",
};

describe("facts", () => {
  const names = (change: Partial<Status>) => facts({ ...status, ...change }).map(({ name }) => name);

  it("leaves out what is not known", () => {
    assert.deepEqual(names({}), ["Source", "Expected instead", "Claude Code"]);
  });

  it("tells of other runs only when they are paid otherwise", () => {
    const headless = (route: Route) => names({ otherMode: { mode: "headless", route } });
    assert.ok(headless(login).includes("Headless (claude -p, CI)"));
    assert.ok(!headless(status.route).includes("Headless (claude -p, CI)"));
    const editor = (route: Route) =>
      names({ environments: [{ name: "editor", mode: "headless", route }] });
    assert.ok(editor(login).includes("Claude Code in VS Code"));
    assert.ok(!editor(status.route).includes("Claude Code in VS Code"));
  });

  it("does not repeat the terminal, which is the run in question", () => {
    const environments = [{ name: "terminal", mode: "headless", route: login }];
    assert.deepEqual(names({ environments }), ["Source", "Expected instead", "Claude Code"]);
  });
});

describe("shortLabel", () => {
  const labelled = (billing: Route["billing"], label: string) =>
    shortLabel({ ...status.route, billing, label });

  it("says the plan or the payer in a word or two", () => {
    assert.equal(labelled("subscription", "Claude Max 20x"), "Max 20x");
    assert.equal(labelled("subscription", "Claude subscription (OAuth token)"), "Subscription");
    assert.equal(labelled("api_usage", "API usage (organization 2222…)"), "API usage");
    assert.equal(labelled("cloud_provider", "Amazon Bedrock"), "Bedrock");
    assert.equal(labelled("gateway", "Gateway llm.example.com"), "Gateway llm.example.com");
    assert.equal(labelled("none", "Not logged in"), "Not logged in");
  });
});

describe("changeWords", () => {
  it("says when, from which plan and to which", () => {
    const words = changeWords({
      after: "2026-11-20T08:00:00Z",
      from: { organization: { id: "1111-2222", name: "Dev" }, type: "claude_max" },
      to: { organization: { id: "2222", name: null }, type: null },
    });
    assert.equal(words, "after 2026-11-20, from Claude Max (Dev 1111…) to 2222");
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

  it("tells a guess from what is known", () => {
    const location = { variable: "X", set_in: null, probably_set_in: { path: "/bashrc" } };
    assert.equal(placeWords(location), "environment variable X, probably set in /bashrc");
    assert.deepEqual(fileOf(location), { path: "/bashrc" });
  });

  it("opens no keychain", () => {
    assert.equal(placeWords({ keychain: "Claude Code-credentials" }), "keychain entry Claude Code-credentials");
    assert.equal(fileOf({ keychain: "Claude Code-credentials" }), undefined);
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
