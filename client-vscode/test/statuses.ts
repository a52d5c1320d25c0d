import type { Status } from "../src/protocol";

/** An ant profile pays although a subscription is expected; for tests to vary. */
export const status: Status = {
  claudeCode: { version: "2.1.146", from: "state" },
  mode: "interactive",
  route: {
    source: "profile",
    billing: "api_usage",
    works: true,
    label: "API usage (organization 2222…)",
    profile: "default",
  },
  expected: { billing: "subscription", organization: { id: "1111" }, from: "your login" },
  asExpected: false,
  otherMode: null,
  credentials: [],
  environments: [],
  lastAccountChange: null,
  findings: [],
};
