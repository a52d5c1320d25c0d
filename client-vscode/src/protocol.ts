// Generated from status.schema.json by 'make contract': do not edit.

/**
 * How Claude Code is used; the two can pay differently on one machine.
 */
export type Mode = "headless" | "interactive";
/**
 * Where a credential comes from.
 */
export type Source =
  | "api_key"
  | "api_key_helper"
  | "auth_token"
  | "claude_ai_login"
  | "cloud_provider"
  | "custom_headers"
  | "federation"
  | "managed_key"
  | "none"
  | "oauth_token"
  | "profile";
/**
 * Who pays.
 */
export type Billing =
  "api_usage" | "cloud_provider" | "gateway" | "none" | "subscription" | "unknown";
/**
 * Where something stands: text in a file, an environment variable, or a keychain's entry.
 */
export type Location = FileLocation | VariableLocation | KeychainLocation;
/**
 * What becomes of a credential on this machine.
 */
export type State = "active" | "also_sent" | "ignored" | "shadowed" | "unusable";
/**
 * What a config file is; the value is the name used in output.
 */
export type Kind =
  | "anthropic-active-config"
  | "anthropic-credentials"
  | "anthropic-profile"
  | "billing-lens-policy"
  | "billing-lens-preferences"
  | "claude-credentials"
  | "claude-settings"
  | "claude-state"
  | "compose"
  | "devcontainer"
  | "dotenv"
  | "github-workflow"
  | "gitlab-ci"
  | "vscode-settings";
/**
 * Which of Claude Code's settings files one is.
 */
export type Scope = "flag" | "local" | "managed" | "project" | "user";
/**
 * How bad a finding is: who pays wrongly is an error, who would elsewhere a warning.
 */
export type Severity = "error" | "hint" | "info" | "warning";
/**
 * Whether a fix may be applied without asking.
 */
export type Safety = "safe" | "unsafe";

/**
 * What `billing-lens status --json` prints, and what the language server sends.
 */
export interface Status {
  schema: 1;
  claudeCode: ClaudeCode;
  mode: Mode;
  route: Route;
  /**
   * Null when nothing says what should pay.
   */
  expected: Expected | null;
  /**
   * Whether the right one pays; null when nothing is expected.
   */
  asExpected: boolean | null;
  otherMode: OtherMode;
  /**
   * Every credential, the one that comes first on top.
   */
  credentials: Credential[];
  /**
   * The route as each environment sees it.
   */
  environments: Environment[];
  /**
   * When the organization or the plan last changed.
   */
  lastAccountChange: AccountChange | null;
  /**
   * The config files that were looked for, those that are not there included.
   */
  files: ConfigFile[];
  /**
   * The worst first.
   */
  findings: Finding[];
  /**
   * The workspace folder (its URI) that this is about; only in `billingLens/statusChanged`.
   */
  folder?: string | null;
}
/**
 * The version of Claude Code that was assumed.
 */
export interface ClaudeCode {
  version: string;
  /**
   * How it is known: said, from the `claude` on the PATH, from its state file, or not at all.
   */
  from: "newest" | "option" | "path" | "state";
  /**
   * For people: `Claude Code 2.1.330 (installed)`.
   */
  label: string;
}
/**
 * What is in charge and who pays then.
 */
export interface Route {
  source: Source;
  billing: Billing;
  /**
   * Whether it can authenticate; false when Claude Code would fail or hang, null when that cannot be known without running something.
   */
  works: boolean | null;
  /**
   * Who pays, for people: `Claude Max 20x`.
   */
  label: string;
  /**
   * Why it is in charge, for people.
   */
  reason: string;
  organization: Organization | null;
  account: Account | null;
  /**
   * The subscription type as the login has it.
   */
  plan: string | null;
  /**
   * The rate limit tier as the login has it.
   */
  tier: string | null;
  /**
   * The profile of the ant command line.
   */
  profile: string | null;
  /**
   * Claude Code's own word for the cloud provider: bedrock, vertex, foundry, mantle, anthropicAws.
   */
  provider: string | null;
  /**
   * The host of ANTHROPIC_BASE_URL, where requests go instead of Anthropic's.
   */
  host: string | null;
  /**
   * Where the credential in charge stands.
   */
  location: Location | null;
}
/**
 * An organization, by what files say of it.
 */
export interface Organization {
  id: string | null;
  name: string | null;
}
/**
 * The account.
 */
export interface Account {
  email: string;
}
/**
 * Text in a file.
 */
export interface FileLocation {
  /**
   * Absolute; `--settings` stands for settings that are given on the command line.
   */
  path: string;
  /**
   * A JSON Pointer (RFC 6901) to the value; empty for the whole file.
   */
  pointer: string;
  range: Range;
}
/**
 * Text in a file; its end is not part of it.
 */
export interface Range {
  start: Position;
  end: Position;
}
/**
 * A place between two characters, 0-based; characters are UTF-16 code units.
 */
export interface Position {
  line: number;
  character: number;
}
/**
 * An environment variable.
 */
export interface VariableLocation {
  variable: string;
  /**
   * The text that sets it; null when the process has it.
   */
  set_in: FileLocation | null;
  /**
   * The line that seems to set it, where the process has it.
   */
  probably_set_in: ShellLine | null;
}
/**
 * A line of a shell's start-up file.
 */
export interface ShellLine {
  path: string;
  range: Range;
}
/**
 * An entry of the macOS keychain.
 */
export interface KeychainLocation {
  /**
   * Its service.
   */
  keychain: string;
}
/**
 * What should pay.
 */
export interface Expected {
  billing: Billing | null;
  organization: ExpectedOrganization | null;
  /**
   * For people: `a subscription of organization 1111…`.
   */
  label: string;
  /**
   * Who says so, for people.
   */
  from: string;
}
/**
 * The organization that should pay.
 */
export interface ExpectedOrganization {
  id: string;
}
/**
 * The route in the other mode.
 */
export interface OtherMode {
  mode: Mode;
  /**
   * Runs of this mode, for people: `Headless runs (claude -p, CI)`.
   */
  label: string;
  route: Route;
}
/**
 * One thing Claude Code could authenticate with.
 */
export interface Credential {
  source: Source;
  /**
   * What it is, for people: `The profile 'default'`.
   */
  label: string;
  state: State;
  /**
   * The state, for people: `in charge`.
   */
  stateLabel: string;
  /**
   * Why it has that state, for people.
   */
  reason: string;
  /**
   * As a route's `works`.
   */
  works: boolean | null;
  /**
   * The organization's id.
   */
  organization: string | null;
  profile: string | null;
  provider: string | null;
  location: Location | null;
}
/**
 * One way in which Claude Code is used, and the route that it sees.
 */
export interface Environment {
  /**
   * `terminal`, `editor`, `editor-terminal`, `ci`, `devcontainer` or `compose`; more may come.
   */
  name: string;
  mode: Mode;
  /**
   * For people, with the jobs it stands for: `The CI job 'review'`.
   */
  label: string;
  route: Route;
  /**
   * For `ci`, `devcontainer` and `compose`: the job, container or service in a file of the project.
   */
  declaredIn: Location | null;
  /**
   * The names of every job or service for which it is the same.
   */
  where: string[];
}
/**
 * A change of account, as the backups of the state file show it.
 */
export interface AccountChange {
  /**
   * The time of the last backup that shows the former account.
   */
  after: string;
  from: SeenAccount;
  to: SeenAccount;
}
/**
 * An account, as a backup or the state file shows it.
 */
export interface SeenAccount {
  organization: Organization;
  /**
   * As Claude Code names it: `claude_max`.
   */
  type: string | null;
  /**
   * For people: `Dev's Organization (Claude Max)`.
   */
  label: string;
}
/**
 * One config file that has a say in who pays.
 */
export interface ConfigFile {
  path: string;
  kind: Kind;
  /**
   * Null for all but Claude Code's settings.
   */
  scope: Scope | null;
  exists: boolean;
}
/**
 * One rule's verdict at one place.
 */
export interface Finding {
  /**
   * The rule's id.
   */
  rule: string;
  severity: Severity;
  message: string;
  location: Location | null;
  related: Related[];
  /**
   * The best first.
   */
  fixes: Fix[];
  /**
   * The address of the rule's page.
   */
  docs: string;
  /**
   * Absent where there are none.
   */
  commands?: Command[];
}
/**
 * A place that proves a finding.
 */
export interface Related {
  message: string;
  location: Location | null;
}
/**
 * A change that can be made.
 */
export interface Fix {
  /**
   * What `fix --fix` takes.
   */
  id: string;
  /**
   * What is done, and who pays then.
   */
  title: string;
  /**
   * Safe when nothing is lost and the right one pays afterwards.
   */
  safety: Safety;
  resultingRoute: Route;
}
/**
 * What only a person can do.
 */
export interface Command {
  run: string;
  purpose: string;
}
