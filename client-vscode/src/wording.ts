/** Lays out what the server says, and gives it icons. Knows nothing of VS Code's API. */
import { homedir } from "node:os";
import { sep } from "node:path";
import type {
  AccountChange,
  Billing,
  Credential,
  Expected,
  FileLocation,
  Location,
  Organization,
  Route,
  Severity,
  State,
  Status,
} from "./protocol";

export interface Fact {
  name: string;
  value: string;
}

/** A way of running Claude Code, and the route that it sees. */
export interface Run {
  id: string;
  label: string;
  route: Route;
}

/** What can be opened in an editor. */
export type FilePlace = Pick<FileLocation, "path" | "range">;

const BILLING_ICON: Record<Billing, string> = {
  subscription: "check",
  api_usage: "credit-card",
  cloud_provider: "cloud",
  gateway: "server",
  none: "circle-slash",
  unknown: "question",
};

const STATE_ICON: Record<State, string> = {
  active: "pass-filled",
  also_sent: "arrow-circle-up",
  shadowed: "circle-outline",
  unusable: "error",
  ignored: "circle-slash",
};

const SEVERITY_ICON: Record<Severity, string> = {
  error: "error",
  warning: "warning",
  info: "info",
  hint: "info",
};

/** What is in charge, in the order of the tooltip. */
export function facts(status: Status): Fact[] {
  const { route, claudeCode, lastAccountChange: change } = status;
  return [
    ...routeFacts(status),
    ...fact("Set in", placeOf(route)),
    ...fact(status.asExpected === false ? "Expected instead" : "Expected", expectationOf(status)),
    ...differingRuns(status).flatMap(({ label, route: other }) => fact(label, other.label)),
    ...fact("Last change", change && changeWords(change)),
    ...fact("Version", claudeCode.label),
  ];
}

/** What is known of the route in charge, but for its place. */
export function routeFacts({ route, credentials }: Status): Fact[] {
  return [
    ...fact("Source", credentials.find(({ state }) => state === "active")?.label),
    ...fact("Why", route.reason),
    ...fact("Organization", organizationWords(route.organization)),
    ...fact("Account", route.account?.email),
  ];
}

/** Runs other than the one that the status speaks of, when somebody else pays for them. */
export function differingRuns({ route, otherMode, environments }: Status): Run[] {
  const others = [
    { id: otherMode.mode, ...otherMode },
    ...environments.filter(({ name }) => name !== "terminal").map((run) => ({ id: run.name, ...run })),
  ];
  return others.filter((other) => differs(other.route, route));
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

export function severityIcon(severity: Severity): string {
  return SEVERITY_ICON[severity];
}

/** Who is expected to pay, and from what that is known. */
export function expectationWords({ label, from }: Expected): string {
  return `${label} (from ${from})`;
}

/** When the account last changed, and how. */
export function changeWords({ after, from, to }: AccountChange): string {
  return `after ${after.slice(0, 10)}, from ${from.label} to ${to.label}`;
}

export function organizationWords(organization: Organization | null): string {
  return [organization?.name, organization?.id].filter(Boolean).join(" ");
}

/** The file, variable or keychain entry where something stands, empty when it stands nowhere. */
export function placeWords(location: Location | null): string {
  if (!location) {
    return "";
  }
  if ("keychain" in location) {
    return `keychain entry ${location.keychain}`;
  }
  if (!("variable" in location)) {
    return atHome(location.path);
  }
  const { variable, set_in: file, probably_set_in: guess } = location;
  if (file) {
    return `${variable} in ${atHome(file.path)}`;
  }
  const origin = guess ? `, probably set in ${atHome(guess.path)}` : "";
  return `environment variable ${variable}${origin}`;
}

/** The place in a file that can be opened, also that of a variable which a file sets. */
export function fileOf(location: Location | null): FilePlace | undefined {
  if (!location || "keychain" in location) {
    return undefined;
  }
  return "variable" in location ? (location.set_in ?? location.probably_set_in ?? undefined) : location;
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

/** A fact of which something is known. */
function fact(name: string, value: string | null | undefined): Fact[] {
  return value ? [{ name, value }] : [];
}

/** Where it is set; what is not in charge is set nowhere, though its place may be told. */
function placeOf(route: Route): string {
  return route.source === "none" ? "" : placeWords(route.location);
}

function expectationOf({ expected }: Status): string {
  return expected === null ? "nothing in particular" : expectationWords(expected);
}

function differs(one: Route, other: Route): boolean {
  return one.label !== other.label || one.source !== other.source || one.works !== other.works;
}
