import type { Policy } from "../policy.ts";
import type { Finding } from "./finding.ts";

/** Somebody who may answer escalations that ask for the role. */
export type Staff = { readonly personId: string; readonly role: string };

/** Levels of routes with too few people: the quorum, and one more in case a person of the role is the requester. */
export function staffingFindings({ routes }: Policy, people: readonly Staff[]): readonly Finding[] {
  return routes.flatMap(({ id, quorum, levels }) =>
    [...new Set(levels.map(({ role }) => role))].flatMap((role): readonly Finding[] => {
      const count = new Set(people.filter((person) => person.role === role).map(({ personId }) => personId)).size;
      if (count > quorum) return [];
      const has = `route \`${id}\` needs ${quorum} of \`${role}\` and there ${count === 1 ? "is" : "are"} ${count}`;
      const base = { kind: "route-unstaffed", about: [id] } as const;
      if (count < quorum) return [{ ...base, severity: "error", message: has }];
      return [{ ...base, severity: "warning", message: `${has}: too few when one of them is the requester` }];
    }),
  );
}
