import type { Credential, Environment, FileLocation, Route, Status } from "../src/protocol";

/** What stands in a file, somewhere. */
export function inFile(path: string): FileLocation {
  const start = { line: 0, character: 0 };
  return { path, pointer: "", range: { start, end: start } };
}

/** An ant profile pays through the API; for tests to vary. */
export const profileRoute: Route = {
  source: "profile",
  billing: "api_usage",
  works: true,
  label: "API usage (organization 2222…)",
  reason: "The profile 'default' of the ant CLI is active.",
  organization: null,
  account: null,
  plan: null,
  tier: null,
  profile: "default",
  provider: null,
  host: null,
  location: null,
};

export const loginRoute: Route = {
  ...profileRoute,
  source: "claude_ai_login",
  billing: "subscription",
  label: "Claude Max 20x",
  profile: null,
};

export const profile: Credential = {
  source: "profile",
  label: "The profile 'default'",
  state: "active",
  stateLabel: "in charge",
  reason: profileRoute.reason,
  works: true,
  organization: "2222",
  profile: "default",
  provider: null,
  location: inFile("/default.json"),
};

export const login: Credential = {
  ...profile,
  source: "claude_ai_login",
  label: "The claude.ai login",
  state: "shadowed",
  stateLabel: "outranked",
  reason: "The profile 'default' comes first.",
  organization: "1111",
  profile: null,
  location: inFile("/.credentials.json"),
};

/** A run in one of the environments of this machine. */
export function environment(name: string, label: string, route: Route): Environment {
  return { name, mode: "headless", label, route, declaredIn: null, where: [] };
}

/** The profile pays although a subscription is expected; for tests to vary. */
export const status: Status = {
  schema: 1,
  claudeCode: { version: "2.1.146", from: "state", label: "Claude Code 2.1.146 (last seen)" },
  mode: "interactive",
  route: profileRoute,
  expected: {
    billing: "subscription",
    organization: { id: "1111" },
    label: "a subscription of organization 1111",
    from: "your login",
  },
  asExpected: false,
  otherMode: { mode: "headless", label: "Headless runs", route: profileRoute },
  credentials: [],
  environments: [],
  lastAccountChange: null,
  files: [],
  findings: [],
};
