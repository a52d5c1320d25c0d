/** Puts what the server says into words and icons. Knows nothing of VS Code's API. */
import { homedir } from "node:os";
import { sep } from "node:path";
import type {
  Account,
  AccountChange,
  Billing,
  Credential,
  CredentialState,
  Expectation,
  FileLocation,
  Location,
  Organization,
  Route,
  Severity,
  Status,
} from "./protocol";

export interface Fact {
  name: string;
  value: string;
}

/** A way of running Claude Code, and the route that it sees. */
export interface Run {
  id: string;
  name: string;
  route: Route;
}

const BILLING_ICON: Record<Billing, string> = {
  subscription: "check",
  api_usage: "credit-card",
  cloud_provider: "cloud",
  gateway: "server",
  none: "circle-slash",
  unknown: "question",
};

const BILLING_WORDS: Record<string, string> = {
  subscription: "subscription",
  api_usage: "API usage",
  cloud_provider: "cloud provider",
  gateway: "gateway",
  any: "anyone",
};

/** Of these there is one of several. */
const COUNTED = new Set(["subscription", "cloud provider", "gateway"]);

const STATE_ICON: Record<CredentialState, string> = {
  active: "pass-filled",
  also_sent: "arrow-circle-up",
  shadowed: "circle-outline",
  unusable: "error",
  ignored: "circle-slash",
};

const STATE_WORDS: Record<CredentialState, string> = {
  active: "in charge",
  also_sent: "sent along",
  shadowed: "not reached",
  unusable: "unusable",
  ignored: "ignored",
};

const SEVERITY_ICON: Record<Severity, string> = {
  error: "error",
  warning: "warning",
  info: "info",
  hint: "info",
};

const VERSION_ORIGIN: Record<string, string> = {
  option: "as given",
  path: "found on the PATH",
  state: "as Claude Code last noted",
  newest: "the newest known, as none was found",
};

const SOURCE_WORDS: Record<string, string> = {
  cloud_provider: "Cloud provider",
  auth_token: "Auth token",
  api_key: "API key",
  api_key_helper: "API key helper",
  oauth_token: "OAuth token",
  federation: "Workload identity federation",
  profile: "Anthropic profile",
  claude_ai_login: "Claude login",
  managed_key: "Managed API key",
  none: "None",
};

const RUN_WORDS: Record<string, string> = {
  interactive: "In a terminal",
  headless: "Headless (claude -p, CI)",
  "editor-terminal": "VS Code's terminal",
  editor: "Claude Code in VS Code",
};

/** What is in charge, in the order of the tooltip. */
export function facts(status: Status): Fact[] {
  const { route, claudeCode, lastAccountChange } = status;
  return withValues([
    ...routeFacts(route),
    ["Set in", placeOf(route)],
    [status.asExpected === false ? "Expected instead" : "Expected", expectationOf(status)],
    ...differingRuns(status).map(({ name, route: other }): NamedValue => [name, other.label]),
    ["Last change", lastAccountChange && changeWords(lastAccountChange)],
    ["Claude Code", `${claudeCode.version} (${VERSION_ORIGIN[claudeCode.from] ?? claudeCode.from})`],
  ]);
}

/** What is known of one route, but for its place. */
export function factsOfRoute(route: Route): Fact[] {
  return withValues(routeFacts(route));
}

/** Runs other than the one that the status speaks of, when somebody else pays for them. */
export function differingRuns({ route, otherMode, environments }: Status): Run[] {
  const others = [
    ...(otherMode ? [{ name: otherMode.mode, route: otherMode.route }] : []),
    ...environments.filter(({ name }) => name !== "terminal"),
  ];
  return others
    .filter((other) => differs(other.route, route))
    .map((other) => ({ id: other.name, name: RUN_WORDS[other.name] ?? other.name, route: other.route }));
}

/** Who pays in a word or two, without what the tooltip says: "Max 20x", "Bedrock". */
export function shortLabel({ billing, label }: Route): string {
  const short = label.replace(/ \(.*\)$/, "");
  if (billing !== "subscription" && billing !== "cloud_provider") {
    return short;
  }
  return capitalized(short.replace(/^(Claude|Amazon|Google|Microsoft) /, ""));
}

export function routeIcon({ route, asExpected }: Pick<Status, "route" | "asExpected">): string {
  if (route.works === false) {
    return "error";
  }
  return asExpected === false ? "warning" : BILLING_ICON[route.billing];
}

export function credentialIcon(credential: Credential): string {
  return STATE_ICON[credential.state];
}

export function credentialState(credential: Credential): string {
  return STATE_WORDS[credential.state];
}

export function severityIcon(severity: Severity): string {
  return SEVERITY_ICON[severity];
}

/** The kind of source, with the name of the profile or cloud provider. */
export function sourceWords({ source, profile, provider }: Route | Credential): string {
  return [SOURCE_WORDS[source] ?? source, profile ?? provider].filter(Boolean).join(" ");
}

/** Who is expected to pay, and from what that is known. */
export function expectationWords(expected: Expectation): string {
  return `${payerWords(expected)} (from ${expected.from})`;
}

/** Who is expected to pay, without an article: "subscription". */
export function billingWords(billing: string | null | undefined): string {
  return billing ? (BILLING_WORDS[billing] ?? billing) : "anyone";
}

/** Who is expected to pay: "a subscription of organization 1111…". */
export function payerWords({ billing, organization }: Expectation): string {
  const words = billingWords(billing);
  const payer = COUNTED.has(words) ? `a ${words}` : words;
  return organization?.id ? `${payer} of organization ${shortId(organization.id)}` : payer;
}

/** When the account last changed, and how. */
export function changeWords({ after, from, to }: AccountChange): string {
  return `after ${after.slice(0, 10)}, from ${accountWords(from)} to ${accountWords(to)}`;
}

export function organizationWords(organization: Organization | null | undefined): string {
  return [organization?.name, organization?.id].filter(Boolean).join(" ");
}

/** The file, variable or keychain entry where something stands, empty when it stands nowhere. */
export function placeWords(location: Location | null | undefined): string {
  if (!location) {
    return "";
  }
  if ("keychain" in location) {
    return `keychain entry ${location.keychain}`;
  }
  if (!("variable" in location)) {
    return atHome(location.path ?? "");
  }
  const { variable, set_in: file, probably_set_in: guess } = location;
  if (file) {
    return `${variable} in ${atHome(file.path)}`;
  }
  const origin = guess ? `, probably set in ${atHome(guess.path)}` : "";
  return `environment variable ${variable}${origin}`;
}

/** The place in a file that can be opened, also that of a variable which a file sets. */
export function fileOf(location: Location | null | undefined): FileLocation | undefined {
  if (!location || "keychain" in location) {
    return undefined;
  }
  const file = "variable" in location ? (location.set_in ?? location.probably_set_in) : location;
  return file?.path === undefined ? undefined : file;
}

/** A path as people write it: `~` for the home. */
export function atHome(path: string): string {
  const home = homedir() + sep;
  return path.startsWith(home) ? `~${sep}${path.slice(home.length)}` : path;
}

/** Text that VS Code shows as it is: names from files could hold its icon syntax. */
export function withoutIcons(text: string): string {
  return text.replaceAll("$(", "\\$(");
}

/** Text as Markdown that shows it as it is. */
export function asMarkdown(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, "\\$&").replace(/\s+/g, " ");
}

export function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** An id as the server shortens it in its own sentences. */
function shortId(id: string): string {
  return id.length > 4 ? `${id.slice(0, 4)}…` : id;
}

type NamedValue = [name: string, value: string | null | undefined];

function withValues(all: NamedValue[]): Fact[] {
  return all.flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

function routeFacts(route: Route): NamedValue[] {
  return [
    ["Source", route.source === "none" ? null : sourceWords(route)],
    ["Why", route.reason],
    ["Organization", organizationWords(route.organization)],
    ["Account", route.account?.email],
  ];
}

/** Where it is set; what is not in charge is set nowhere, though its place may be told. */
function placeOf(route: Route): string {
  return route.source === "none" ? "" : placeWords(route.location);
}

function expectationOf({ expected }: Status): string {
  return expected === null ? "nothing in particular" : expectationWords(expected);
}

function accountWords({ organization, type }: Account): string {
  const plan = (type ?? "").split("_").map(capitalized).join(" ");
  const whose = organizationWords({ ...organization, id: organization.id && shortId(organization.id) });
  return plan && whose ? `${plan} (${whose})` : plan || whose;
}

function differs(one: Route, other: Route): boolean {
  return one.label !== other.label || one.source !== other.source || one.works !== other.works;
}
