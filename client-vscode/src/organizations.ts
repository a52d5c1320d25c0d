/** The organizations that the server's answer names. Knows nothing of VS Code's API. */
import type { Location, Organization, Route, Status } from "./protocol";

export interface KnownOrganization {
  id: string;
  name: string | null;
  pays: boolean;
  expected: boolean;
  /** Where it appears, each with what stands there. */
  places: { words: string; location: Location | null }[];
}

/** Every organization once: the one that pays first, then the expected one, then the others. */
export function knownOrganizations(status: Status): KnownOrganization[] {
  const found = new Map<string, KnownOrganization>();
  const organization = ({ id, name }: Organization): KnownOrganization | undefined => {
    if (id === null) {
      return undefined;
    }
    const known = found.get(id) ?? { id, name: null, pays: false, expected: false, places: [] };
    known.name ??= name;
    found.set(id, known);
    return known;
  };

  const inCharge = status.route.organization && organization(status.route.organization);
  if (inCharge) {
    inCharge.pays = true;
  }
  const expected = status.expected?.organization;
  const wanted = expected && organization({ id: expected.id, name: null });
  if (wanted) {
    wanted.expected = true;
  }
  for (const credential of status.credentials) {
    organization({ id: credential.organization, name: null })?.places.push({
      words: credential.label,
      location: credential.location,
    });
  }
  if (status.lastAccountChange) {
    const { from, to } = status.lastAccountChange;
    organization(from.organization)?.places.push({ words: "Former account", location: null });
    organization(to.organization);
  }
  for (const route of otherRoutes(status)) {
    if (route.organization) {
      organization(route.organization);
    }
  }
  return [...found.values()];
}

/** Routes that name organizations too, above all those that fixes lead to. */
function otherRoutes({ otherMode, environments, findings }: Status): Route[] {
  return [
    otherMode.route,
    ...environments.map(({ route }) => route),
    ...findings.flatMap(({ fixes }) => fixes.map(({ resultingRoute }) => resultingRoute)),
  ];
}
