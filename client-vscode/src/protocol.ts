/**
 * What the server says in the request `billingLens/status` and the notification
 * `billingLens/statusChanged`: the JSON of `billing-lens status --json`, as far as it is shown here.
 */
import { NotificationType, RequestType } from "vscode-languageclient/node";

export type Billing =
  "subscription" | "api_usage" | "cloud_provider" | "gateway" | "none" | "unknown";

export type CredentialState = "active" | "also_sent" | "shadowed" | "unusable" | "ignored";

/** 0-based lines and UTF-16 code units, as in LSP. */
export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

/** A place in a file; pointer is a JSON Pointer. */
export interface FileLocation {
  path: string;
  pointer?: string | null;
  range?: Range | null;
}

/**
 * An environment variable; `set_in` is the file that sets it, null for the process's own. Then
 * `probably_set_in` is the line of a shell's start-up file that seems to set it.
 */
export interface VariableLocation {
  variable: string;
  set_in: FileLocation | null;
  probably_set_in?: FileLocation | null;
}

/** An entry of the keychain, by its service. */
export interface KeychainLocation {
  keychain: string;
}

/** An empty object is said of what stands nowhere, as when nothing is in charge. */
export type Location =
  FileLocation | VariableLocation | KeychainLocation | { path?: never };

export interface Organization {
  id: string | null;
  name?: string | null;
}

export interface Route {
  source: string;
  billing: Billing;
  /** null when it cannot be known. */
  works: boolean | null;
  label: string;
  reason?: string | null;
  organization?: Organization | null;
  account?: { email: string | null } | null;
  plan?: string | null;
  profile?: string | null;
  provider?: string | null;
  host?: string | null;
  location?: Location | null;
}

export interface Expectation {
  billing?: string | null;
  organization?: Organization | null;
  from: string;
}

export interface Credential {
  source: string;
  state: CredentialState;
  reason: string;
  /** The id of the organization that it belongs to. */
  organization?: string | null;
  profile?: string | null;
  provider?: string | null;
  location?: Location | null;
}

/** The route as one way of running Claude Code sees it. */
export interface Environment {
  /** `terminal`, `editor-terminal` or `editor`. */
  name: string;
  mode: string;
  route: Route;
}

export interface Account {
  organization: Organization;
  /** As Claude Code names it: "claude_max". */
  type: string | null;
}

/** `after` is the time (ISO 8601) of the last look that shows the former account. */
export interface AccountChange {
  after: string;
  from: Account;
  to: Account;
}

export type Severity = "error" | "warning" | "info" | "hint";

export interface Fix {
  id: string;
  title: string;
  safety: "safe" | "unsafe";
  resultingRoute: Route;
}

export interface Finding {
  rule: string;
  severity: Severity;
  message: string;
  location: Location | null;
  related: { message: string; location: Location | null }[];
  fixes: Fix[];
  /** The address of the rule's page. */
  docs: string;
  /** What to run where no edit can help. */
  commands?: { run: string; purpose: string }[];
}

/** A file that has a say in who pays, whether it is there or not. */
export interface ConfigFile {
  path: string;
  kind: string;
  scope?: string | null;
  exists: boolean;
}

export interface Status {
  claudeCode: { version: string; from: string };
  mode: string;
  route: Route;
  expected: Expectation | null;
  /** null when nothing is expected. */
  asExpected: boolean | null;
  otherMode: { mode: string; route: Route } | null;
  credentials: Credential[];
  environments: Environment[];
  lastAccountChange: AccountChange | null;
  findings: Finding[];
  files?: ConfigFile[];
  /** The workspace folder (its URI) for which this is said; the first one's if not said. */
  folder?: string | null;
}

/** pygls takes no request without params; without a folder the first one is meant. */
export const statusRequest = new RequestType<{ folder?: string }, Status, undefined>(
  "billingLens/status",
);
export const statusChanged = new NotificationType<Status>("billingLens/statusChanged");

/** The commands of `workspace/executeCommand`, each with what it answers. */
export interface ServerCommands {
  /** Sends the best safe fix as an edit that needs confirmation. `remaining` counts findings. */
  fixAll: { applied: boolean; title: string | null; remaining: number };
  /**
   * Asks the real Claude Code, only with `{confirmed: true}`. It `agrees`, `misreports` in a known
   * way, `differs`, or gives `no answer`.
   */
  verify: { agreement: string; text: string };
  /** Markdown without secrets. */
  report: string;
}
