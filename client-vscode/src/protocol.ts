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

/** An environment variable; `set_in` is the file that sets it, null for the process's own. */
export interface VariableLocation {
  variable: string;
  set_in: FileLocation | null;
}

/** An empty object is said of what stands nowhere, as when nothing is in charge. */
export type Location = FileLocation | VariableLocation | { path?: never };

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
  profile?: string | null;
  provider?: string | null;
  location?: Location | null;
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
  findings: unknown[];
}

/** Its params are an empty object, since pygls takes no request without any. */
export const statusRequest = new RequestType<Record<string, never>, Status, undefined>(
  "billingLens/status",
);
export const statusChanged = new NotificationType<Status>("billingLens/statusChanged");
