/** What the server is asked and what it tells, besides LSP itself. */
import { NotificationType, RequestType } from "vscode-languageclient/node";
import type { Status } from "./protocol";

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
