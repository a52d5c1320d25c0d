/** What the status bar and its tooltip say. Knows nothing of VS Code's API. */
import type { Status } from "./protocol";
import type { ServerState } from "./server";
import { asMarkdown, facts, routeIcon, shortLabel, withoutIcons } from "./wording";

export interface StatusText {
  /** Begins with an icon, "$(name)". */
  text: string;
  /** For screen readers: without the icon, with what the colour says. */
  spoken: string;
  severity: "none" | "warning" | "error";
}

/** A link of the tooltip to one of our commands. */
interface CommandLink {
  title: string;
  command: string;
}

const SHOW: CommandLink = { title: "Show who pays", command: "billingLens.showRoute" };
const FIX: CommandLink = { title: "Fix", command: "billingLens.fixAll" };
const EXPECT: CommandLink = { title: "Set expectation", command: "billingLens.setExpectation" };
const SET_UP: CommandLink = { title: "Set up", command: "billingLens.setUp" };
const RESTART: CommandLink = { title: "Restart server", command: "billingLens.restart" };
const LOG: CommandLink = { title: "Open log", command: "billingLens.showLog" };

/** The commands that the tooltip may link to, and no others. */
export const LINKED_COMMANDS = [SHOW, FIX, EXPECT, SET_UP, RESTART, LOG].map(({ command }) => command);

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

/** The tooltip in Markdown. What the server says is escaped; only the links are ours. */
export function tooltipMarkdown(state: ServerState): string {
  if (state.kind !== "running") {
    const words = state.kind === "missing" ? state.problem : statusText(state).spoken;
    return [asMarkdown(words), links(remedies(state))].join("\n\n");
  }
  const { status } = state;
  const canFix = status.findings.some(({ fixes }) => fixes.some(({ safety }) => safety === "safe"));
  return [
    `**Who pays for Claude Code: ${asMarkdown(status.route.label)}**`,
    ...(verdict(status) ? [`**${verdict(status)}.**`] : []),
    // Not appendText: it makes every space one that no line is broken at.
    ...facts(status).map(({ name, value }) => `${name}: ${asMarkdown(value)}`),
    links([SHOW, ...(canFix ? [FIX] : []), EXPECT, LOG]),
  ].join("\n\n");
}

function remedies(state: ServerState): CommandLink[] {
  const setUp = state.kind === "missing" && state.canSetUp ? [SET_UP] : [];
  return state.kind === "starting" ? [LOG] : [...setUp, RESTART, LOG];
}

function links(to: CommandLink[]): string {
  return to.map(({ title, command }) => `[${title}](command:${command})`).join(" | ");
}

function plain(text: string, spoken: string): StatusText {
  return { text, spoken, severity: "none" };
}

function routeText(status: Status): StatusText {
  const text = `$(${routeIcon(status)}) ${withoutIcons(shortLabel(status.route))}`;
  const { billing, label, works } = status.route;
  if (billing === "none") {
    return { text, spoken: `Claude Code: ${label}. Nobody pays.`, severity: "error" };
  }
  const spoken = `Claude Code is paid by: ${label}`;
  if (works === false) {
    return { text, spoken: `${spoken}, which does not work`, severity: "error" };
  }
  return status.asExpected === false
    ? { text, spoken: `${spoken}, not as expected`, severity: "warning" }
    : { text, spoken, severity: "none" };
}

function verdict({ route, asExpected }: Status): string {
  if (route.works === false) {
    return "Claude Code does not work like this";
  }
  return asExpected === false ? "Not as expected" : "";
}
