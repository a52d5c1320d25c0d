/** The "Who Pays" view as data. Knows nothing of VS Code's API. */
import { type KnownOrganization, knownOrganizations } from "./organizations";
import type { Command, Credential, Finding, Fix, Location, Related, Severity, Status } from "./protocol";
import {
  capitalized,
  credentialIcon,
  differingRuns,
  type Fact,
  fileOf,
  type FilePlace,
  placeWords,
  routeFacts,
  routeIcon,
  type Run,
  severityIcon,
  shortLabel,
} from "./wording";

/** One row. What can be done with it follows from the fields that it has. */
export interface TreeNode {
  /** The same after every change, so that a row stays open and selected. */
  id: string;
  label: string;
  description?: string;
  /** For screen readers: also what icon and colour say. */
  spoken?: string;
  tooltip?: string;
  icon?: string;
  /** A theme colour's id. */
  colour?: string;
  /** Where it stands; opened by a click. */
  place?: FilePlace;
  /** A fix, with its finding; applied by a click. */
  offer?: { finding: Finding; fix: Fix };
  /** A command line to copy. */
  run?: string;
  /** The address of the rule's page. */
  docs?: string;
  /** Whether it tells the expectation, which can be changed there. */
  expectation?: boolean;
  children?: TreeNode[];
}

const GREEN = "testing.iconPassed";
const COLOUR: Record<Severity, string> = {
  error: "problemsErrorIcon.foreground",
  warning: "problemsWarningIcon.foreground",
  info: "problemsInfoIcon.foreground",
  hint: "descriptionForeground",
};

/** The sections of the view; one that has nothing to say is left out. */
export function routeTree(status: Status): TreeNode[] {
  const sections = [
    inCharge(status),
    section("sources", "Sources, in order of precedence", status.credentials.map(source)),
    section("organizations", "Organizations", knownOrganizations(status).map(organization)),
    expectation(status),
    section("elsewhere", "Where else", differingRuns(status).map(run)),
    section("findings", "Findings", status.findings.map(finding)),
  ];
  return sections.filter(({ children }) => children?.length).map((node) => withUniqueIds(node));
}

/** How many findings need attention: errors and warnings. */
export function seriousFindings({ findings }: Status): number {
  return findings.filter(({ severity }) => severity === "error" || severity === "warning").length;
}

function section(id: string, label: string, children: TreeNode[]): TreeNode {
  return { id, label, children };
}

function inCharge(status: Status): TreeNode {
  const { route } = status;
  const [colour, verdict] =
    route.works === false
      ? [COLOUR.error, route.billing === "none" ? "nobody pays" : "does not work"]
      : status.asExpected === false
        ? [COLOUR.warning, "not as expected"]
        : [GREEN, status.asExpected ? "as expected" : ""];
  return {
    ...section("route", `In charge: ${shortLabel(route)}`, [
      ...routeFacts(status).map(fact),
      ...(route.source === "none" ? [] : setIn(route.location)),
    ]),
    description: verdict,
    tooltip: lines(route.label, verdict),
    spoken: ["In charge", route.label, verdict].filter(Boolean).join(", "),
    icon: routeIcon(status),
    colour,
  };
}

function fact({ name, value }: Fact): TreeNode {
  return { id: name, label: name, description: value, spoken: `${name}: ${value}`, tooltip: value };
}

/** Where the route is decided, to be opened by a click. */
function setIn(location: Location | null): TreeNode[] {
  const place = placeWords(location);
  return place ? [{ ...fact({ name: "Set in", value: place }), ...located(location) }] : [];
}

function source(credential: Credential): TreeNode {
  const { label: name, stateLabel: state } = credential;
  const place = placeWords(credential.location);
  return {
    id: `${name} ${place}`,
    label: name,
    description: `${state} · ${credential.reason}`,
    spoken: `${name}, ${state}: ${credential.reason}`,
    tooltip: lines(`${name}: ${state}`, credential.reason, place),
    icon: credentialIcon(credential),
    ...(credential.state === "active" && { colour: GREEN }),
    ...(credential.state === "unusable" && { colour: COLOUR.error }),
    ...located(credential.location),
  };
}

function organization({ id, name, pays, expected, places }: KnownOrganization): TreeNode {
  const role = [pays && "pays", expected && "should pay"].filter(Boolean).join(", ");
  return {
    id,
    label: name ?? id,
    description: [role, name && id].filter(Boolean).join(" · "),
    spoken: [name, id, role].filter(Boolean).join(", "),
    tooltip: lines(name ?? "", id, role),
    icon: "organization",
    children: places.map(({ words, location }) => ({
      id: `${words} ${placeWords(location)}`,
      label: words,
      description: placeWords(location),
      tooltip: lines(words, placeWords(location)),
      ...located(location),
    })),
  };
}

function expectation({ expected }: Status): TreeNode {
  const payer = expected?.label ?? "nothing in particular";
  const rows = expected ? [fact({ name: "From", value: expected.from })] : [];
  return section("expectation", "Expectation", [
    {
      id: "payer",
      label: capitalized(payer),
      spoken: `Expected: ${payer}. Activate to change it.`,
      tooltip: lines(`Expected: ${payer}`, "Click to change what is expected"),
      icon: "target",
      expectation: true,
    },
    ...rows,
  ]);
}

function run({ id, label, route }: Run): TreeNode {
  return {
    id,
    label,
    description: route.works === false ? `${route.label}, does not work` : route.label,
    tooltip: lines(`${label}: ${route.label}`, route.reason, placeWords(route.location)),
    icon: "arrow-swap",
    ...located(route.location),
  };
}

function finding(found: Finding): TreeNode {
  const { rule, severity, message, location, related, fixes, commands = [], docs } = found;
  const place = placeWords(location);
  return {
    id: `${rule} ${place}`,
    label: message,
    description: place,
    spoken: `${severity}: ${message} ${place}`,
    tooltip: lines(message, place, rule),
    icon: severityIcon(severity),
    colour: COLOUR[severity],
    docs,
    ...located(location),
    children: [...related.map(evidence), ...fixes.map((it) => fix(found, it)), ...commands.map(command)],
  };
}

function evidence({ message, location }: Related): TreeNode {
  const place = placeWords(location);
  return {
    id: `related ${message} ${place}`,
    label: message,
    description: place,
    tooltip: lines(message, place),
    icon: "references",
    ...located(location),
  };
}

function fix(found: Finding, offered: Fix): TreeNode {
  const caution = offered.safety === "safe" ? "" : "not safe: see what it leads to";
  return {
    id: `fix ${offered.id}`,
    label: offered.title,
    description: caution,
    spoken: ["Fix", offered.title, caution].filter(Boolean).join(": "),
    tooltip: lines(offered.title, caution),
    icon: "lightbulb-autofix",
    offer: { finding: found, fix: offered },
  };
}

function command({ run: line, purpose }: Command): TreeNode {
  return {
    id: `run ${line}`,
    label: line,
    description: purpose,
    spoken: `Command to copy: ${line}. ${purpose}`,
    tooltip: lines(line, purpose),
    icon: "terminal",
    run: line,
  };
}

/** The place to open, of what stands in a file. */
function located(location: Location | null): { place?: FilePlace } {
  const place = fileOf(location);
  return place ? { place } : {};
}

function lines(...texts: string[]): string {
  return texts.filter(Boolean).join("\n");
}

/** Below its parent's id, with a number where two rows would be the same. VS Code insists on it. */
function withUniqueIds(node: TreeNode, above = ""): TreeNode {
  const id = above + node.id;
  const seen = new Map<string, number>();
  const children = node.children?.map((child) => {
    const before = seen.get(child.id) ?? 0;
    seen.set(child.id, before + 1);
    const own = before === 0 ? child : { ...child, id: `${child.id} ${before.toString()}` };
    return withUniqueIds(own, `${id}/`);
  });
  return { ...node, id, ...(children && { children }) };
}

