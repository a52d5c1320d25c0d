import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { billingChoices, organizationChoices } from "../src/expectation";
import { status } from "./statuses";

describe("billingChoices", () => {
  it("tells what is inferred now", () => {
    const [inferred] = billingChoices(status);
    assert.equal(
      inferred?.description,
      "now a subscription of organization 1111 (from your login)",
    );
  });

  it("does not call inferred what the settings say", () => {
    const said = { ...status, expected: status.expected && { ...status.expected, from: "your editor settings" } };
    assert.equal(billingChoices(said)[0]?.description, "from your login and policy");
  });
});

describe("organizationChoices", () => {
  it("offers any organization first, then the known ones", () => {
    const route = { ...status.route, organization: { id: "2222", name: "Acme" } };
    assert.deepEqual(
      organizationChoices({ ...status, route }).map(({ label, description, id }) => [label, description, id]),
      [
        ["Any organization", "", ""],
        ["Acme", "2222 · pays now", "2222"],
        ["1111", "", "1111"],
      ],
    );
  });
});
