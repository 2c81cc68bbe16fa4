import type { FieldType, ListType } from "./fact-types.ts";
import type { Policy } from "./policy.ts";

/** The list of that name among a policy's facts. */
export function listNamed({ facts }: Pick<Policy, "facts">, name: string): ListType | undefined {
  return facts.find((type): type is ListType => type.kind === "list" && type.name === name);
}

/** The fields of a list's records; none of what is no list. */
export function fieldsOf(policy: Pick<Policy, "facts">, list: string): readonly FieldType[] {
  return listNamed(policy, list)?.fields ?? [];
}

/** The policy as conditions on one record read it: the record's fields in the place of the request's facts. */
export function recordPolicy(policy: Policy, list: string): Policy {
  const { derived: _, ...rest } = policy;
  return { ...rest, facts: fieldsOf(policy, list) };
}
