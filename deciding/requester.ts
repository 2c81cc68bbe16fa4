import { whoIs } from "../audit/ledgers/directory.ts";
import type { Sql } from "../audit/records.ts";
import { OWN_SYSTEM } from "../domain/alias.ts";
import { askAbove } from "../guardrails/requester.ts";
import type { Policy } from "../guardrails/policy.ts";
import type { Question } from "./question.ts";
import type { Concluded } from "./ruling.ts";

/** Who asks: a person by id, somebody whom the directory does not know, or nobody at all. */
export type Requester =
  | { readonly kind: "person"; readonly personId: string }
  | { readonly kind: "unresolved" }
  | { readonly kind: "nobody" };

/** Looked up when the question is asked, for its decision and what people are asked about it. */
export async function requesterOf(
  sql: Sql,
  { company, requestedBy, requestedIn = OWN_SYSTEM, isNobodys }: Question,
): Promise<Requester> {
  if (isNobodys === true) return { kind: "nobody" };
  const personId = await whoIs(sql, company, requestedIn, requestedBy);
  return personId === undefined ? { kind: "unresolved" } : { kind: "person", personId };
}

/** What is asked of people by somebody whom the directory does not know is asked of others than it would be. */
export function askedOf(concluded: Concluded, { kind }: Requester, policy: Pick<Policy, "routes">): Concluded {
  const { decision, details } = concluded;
  if (kind !== "unresolved" || decision.kind !== "escalate") return concluded;
  return { decision: askAbove(decision, policy), details: { ...details, requester: kind } };
}
