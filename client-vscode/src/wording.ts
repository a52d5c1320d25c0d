/** Puts what the server says into words and icons. Knows nothing of VS Code's API. */
import { homedir } from "node:os";
import { sep } from "node:path";
import type {
  Billing,
  Credential,
  CredentialState,
  FileLocation,
  Location,
  Route,
  Status,
} from "./protocol";
import type { ServerState } from "./server";

export interface StatusText {
  /** May begin with an icon, "$(name)". */
  text: string;
  /** For screen readers: without the icon, with what the colour says. */
  spoken: string;
  severity: "none" | "warning" | "error";
}

export interface Fact {
  name: string;
  value: string;
}

const BILLING_ICON: Record<Billing, string> = {
  subscription: "check",
  api_usage: "credit-card",
  cloud_provider: "cloud",
  gateway: "server",
  none: "circle-slash",
  unknown: "question",
};

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

export function statusText(state: ServerState): StatusText {
  switch (state.kind) {
    case "starting":
      return plain("$(loading~spin) Billing Lens", "Billing Lens is starting");
    case "missing":
      return plain("$(warning) Billing Lens: no server", "Billing Lens has no server");
    case "stopped":
      return plain("$(warning) Billing Lens: server stopped", "Billing Lens: the server has stopped");
    case "running":
      return routeText(state.status);
  }
}

/** What the tooltip lists, in its order. */
export function facts(status: Status): Fact[] {
  const { route, otherMode, claudeCode } = status;
  const all: [string, string | null | undefined][] = [
    ["Source", sourceWords(route)],
    ["Why", route.reason],
    ["Organization", [route.organization?.name, route.organization?.id].filter(Boolean).join(" ")],
    ["Account", route.account?.email],
    ["Set in", placeWords(route.location)],
    [status.asExpected === false ? "Expected instead" : "Expected", expectationWords(status)],
    [
      `${capitalized(otherMode?.mode ?? "")} runs`,
      otherMode !== null && differs(otherMode.route, route) ? otherMode.route.label : null,
    ],
    ["Claude Code", `${claudeCode.version} (${VERSION_ORIGIN[claudeCode.from] ?? claudeCode.from})`],
  ];
  return all.flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

export function credentialIcon(credential: Credential): string {
  return STATE_ICON[credential.state];
}

export function credentialState(credential: Credential): string {
  return STATE_WORDS[credential.state];
}

/** The kind of source, with the name of the profile or cloud provider. */
export function sourceWords({ source, profile, provider }: Route | Credential): string {
  return [SOURCE_WORDS[source] ?? source, profile ?? provider].filter(Boolean).join(" ");
}

/** The file or variable where something stands, empty when it stands nowhere. */
export function placeWords(location: Location | null | undefined): string {
  const path = atHome(fileOf(location)?.path ?? "");
  if (!location || !("variable" in location)) {
    return path;
  }
  return path ? `${location.variable} in ${path}` : `environment variable ${location.variable}`;
}

/** The place in a file that can be opened, also that of a variable which a file sets. */
export function fileOf(location: Location | null | undefined): FileLocation | undefined {
  const file = location && "set_in" in location ? location.set_in : location;
  return file?.path === undefined ? undefined : file;
}

/** Text that VS Code shows as it is: names from files could hold its icon syntax. */
export function withoutIcons(text: string): string {
  return text.replaceAll("$(", "\\$(");
}

/** Text as Markdown that shows it as it is. */
export function asMarkdown(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, "\\$&").replace(/\s+/g, " ");
}

function plain(text: string, spoken: string): StatusText {
  return { text, spoken, severity: "none" };
}

function routeText({ route, asExpected }: Status): StatusText {
  const text = `$(${BILLING_ICON[route.billing]}) ${withoutIcons(route.label)}`;
  const spoken = `Claude Code is paid by: ${route.label}`;
  if (route.works === false) {
    return { text, spoken: `${spoken}, which does not work`, severity: "error" };
  }
  return asExpected === false
    ? { text, spoken: `${spoken}, not as expected`, severity: "warning" }
    : { text, spoken, severity: "none" };
}

function expectationWords({ expected }: Status): string {
  if (expected === null) {
    return "nothing in particular";
  }
  const payer = [expected.billing?.replaceAll("_", " "), expected.organization?.id]
    .filter(Boolean)
    .join(" of organization ");
  return `${payer} (from ${expected.from})`;
}

function differs(one: Route, other: Route): boolean {
  return one.label !== other.label || one.source !== other.source;
}

function atHome(path: string): string {
  const home = homedir() + sep;
  return path.startsWith(home) ? `~${sep}${path.slice(home.length)}` : path;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
