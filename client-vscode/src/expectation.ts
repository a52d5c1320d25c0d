/** What can be chosen as the expectation. Knows nothing of VS Code's API. */
import { knownOrganizations } from "./organizations";
import type { Status } from "./protocol";
import { expectationWords } from "./wording";

/** One choice of who should pay; `billing` is the setting's value, empty for "inferred". */
export interface BillingChoice {
  label: string;
  description: string;
  billing: string;
  /** Whether one of several organizations can be meant. */
  hasOrganization: boolean;
}

/** Who can be expected to pay. Settings say it themselves, so only what was inferred is told. */
export function billingChoices({ expected }: Status): BillingChoice[] {
  const isInferred = expected !== null && expected.from !== "your editor settings";
  const inferred = isInferred ? `now ${expectationWords(expected)}` : "from your login and policy";
  const choice = (
    label: string,
    description: string,
    billing: string,
    hasOrganization = false,
  ): BillingChoice => ({ label, description, billing, hasOrganization });
  return [
    choice("Inferred", inferred, ""),
    choice("Subscription", "a Claude Pro, Max, Team or Enterprise plan", "subscription", true),
    choice("API usage", "an organization's API account", "api_usage", true),
    choice("Cloud provider", "Amazon Bedrock, Google Vertex AI and the like", "cloud_provider"),
    choice("Gateway", "the one that ANTHROPIC_BASE_URL names", "gateway"),
    choice("Any", "whoever pays is as expected", "any"),
  ];
}

/** One choice of organization; `id` is the setting's value, empty for any. */
export interface OrganizationChoice {
  label: string;
  description: string;
  id: string;
}

export function organizationChoices(status: Status): OrganizationChoice[] {
  const known = knownOrganizations(status).map(({ id, name, pays }) => ({
    label: name ?? id,
    description: [name && id, pays && "pays now"].filter(Boolean).join(" · "),
    id,
  }));
  return [{ label: "Any organization", description: "", id: "" }, ...known];
}
