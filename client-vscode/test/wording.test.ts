import assert from "node:assert/strict";
import { homedir } from "node:os";
import * as path from "node:path";
import { describe, it } from "node:test";
import type { Route, Status } from "../src/protocol";
import { asMarkdown, changeWords, facts, fileOf, placeWords, shortLabel } from "../src/wording";
import { environment, inFile, login, loginRoute, profile, status } from "./statuses";

describe("facts", () => {
  const names = (change: Partial<Status>) => facts({ ...status, ...change }).map(({ name }) => name);

  it("leaves out what is not known", () => {
    assert.deepEqual(names({}), ["Why", "Expected instead", "Version"]);
  });

  it("says what the server calls things", () => {
    const values = facts({ ...status, credentials: [login, profile] }).map(({ value }) => value);
    assert.deepEqual(values, [
      "The profile 'default'",
      profile.reason,
      "a subscription of organization 1111 (from your login)",
      "Claude Code 2.1.146 (last seen)",
    ]);
  });

  it("tells of other runs only when they are paid otherwise", () => {
    const headless = (route: Route) => names({ otherMode: { ...status.otherMode, route } });
    assert.ok(headless(loginRoute).includes("Headless runs"));
    assert.ok(!headless(status.route).includes("Headless runs"));
    const job = (route: Route) => names({ environments: [environment("ci", "The CI job 'review'", route)] });
    assert.ok(job(loginRoute).includes("The CI job 'review'"));
    assert.ok(!job(status.route).includes("The CI job 'review'"));
  });

  it("does not repeat the terminal, which is the run in question", () => {
    const environments = [environment("terminal", "A terminal", loginRoute)];
    assert.deepEqual(names({ environments }), ["Why", "Expected instead", "Version"]);
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
  it("says when, from which account and to which", () => {
    const account = (label: string) => ({ organization: { id: null, name: null }, type: null, label });
    const change = { from: account("Dev (Claude Max)"), to: account("2222 (an account)") };
    assert.equal(
      changeWords({ after: "2026-11-20T08:00:00Z", ...change }),
      "after 2026-11-20, from Dev (Claude Max) to 2222 (an account)",
    );
  });
});

describe("placeWords", () => {
  it("names the file that sets a variable", () => {
    const variable = { variable: "ANTHROPIC_API_KEY", probably_set_in: null };
    assert.equal(
      placeWords({ ...variable, set_in: inFile("/settings.json") }),
      "ANTHROPIC_API_KEY in /settings.json",
    );
    assert.equal(
      placeWords({ ...variable, set_in: null }),
      "environment variable ANTHROPIC_API_KEY",
    );
  });

  it("tells a guess from what is known", () => {
    const location = { variable: "X", set_in: null, probably_set_in: inFile("/bashrc") };
    assert.equal(placeWords(location), "environment variable X, probably set in /bashrc");
    assert.deepEqual(fileOf(location), inFile("/bashrc"));
  });

  it("opens no keychain", () => {
    assert.equal(placeWords({ keychain: "Claude Code-credentials" }), "keychain entry Claude Code-credentials");
    assert.equal(fileOf({ keychain: "Claude Code-credentials" }), undefined);
  });

  it("writes the home short, and nothing for what stands nowhere", () => {
    assert.equal(placeWords(inFile(path.join(homedir(), "a.json"))), path.join("~", "a.json"));
    assert.equal(placeWords(null), "");
  });
});

describe("asMarkdown", () => {
  it("leaves nothing that Markdown would make more of", () => {
    assert.equal(asMarkdown("Dev's [x](y) <b>"), "Dev\\'s \\[x\\]\\(y\\) \\<b\\>");
    assert.equal(asMarkdown("one\n\n# two"), "one \\# two");
  });
});
