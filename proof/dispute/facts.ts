import { objectAt, objectsAt, textAt, textsAt } from "../../audit/story/loose.ts";
import { nameInWords } from "../../domain/name-in-words.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { givenValue, governedCatalogue, showValue, type FactType } from "../../guardrails/fact-types.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { goneWord, isGone } from "./gone.ts";

/** A fact as the decision read it. `note` says what kept rules from reading it; empty when nothing did. */
export type FactRow = {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly note: string;
};

/** One reading that the facts were made of. */
export type ReadingRow = {
  readonly source: string;
  readonly ref: string;
  readonly version: string;
  /** ISO 8601. */
  readonly observedAt: string;
};

export type Facts = {
  readonly n: number;
  readonly rows: readonly FactRow[];
  readonly readings: readonly ReadingRow[];
  /** Why there are none; empty when there are. */
  readonly gone: string;
};

/** The frozen facts in the units that the policy declares, and what was read for them. */
export function factsOf(decision: AuditRecord, policy: Policy | undefined): Facts {
  const { n, body } = decision;
  if (isGone(decision, "facts")) return { n, rows: [], readings: [], gone: goneWord(decision) };
  const facts = objectAt(body, "facts");
  const types = policy?.facts ?? declaredFor(textAt(objectAt(body, "policy"), "id"));
  const undeclared = policy === undefined ? "its unit is not known" : "the policy declares no such fact";
  const rowOf = (name: string, value: Json) => factRow(types, name, value, undeclared);
  const given = inOrder(types, facts).map(([name, value]) => rowOf(name, value));
  const missing = textsAt(body, "missing").filter((name) => !Object.hasOwn(facts, name));
  const absent = missing.map((name) => ({ ...rowOf(name, null), text: "not known", note: "needed, and not there" }));
  const readings = objectsAt(body, "sources").map((source) => ({
    source: textAt(source, "source"),
    ref: textAt(source, "ref"),
    version: textAt(source, "version"),
    observedAt: textAt(source, "observedAt"),
  }));
  return { n, rows: [...given, ...absent], readings, gone: "" };
}

/** What the programme's own actions declare, where the policy cannot be read. */
function declaredFor(policyId: string): readonly FactType[] {
  const catalogue = governedCatalogue();
  return Object.hasOwn(catalogue, policyId) ? (catalogue[policyId] ?? []) : [];
}

/** Declared facts first, in the order of the policy. */
function inOrder(types: readonly FactType[], facts: JsonObject): readonly (readonly [string, Json])[] {
  const place = (name: string) => types.findIndex((type) => type.name === name);
  const rank = (name: string) => (place(name) === -1 ? types.length : place(name));
  return Object.entries(facts).toSorted(([a], [b]) => rank(a) - rank(b));
}

function factRow(types: readonly FactType[], name: string, value: Json, undeclared: string): FactRow {
  const type = types.find((known) => known.name === name);
  if (type === undefined) {
    return { name, title: nameInWords(name), text: plainText(value), note: undeclared };
  }
  const read = givenValue(type, value);
  if (read === undefined) {
    return { name, title: type.title, text: plainText(value), note: "not a value that the fact can take" };
  }
  return { name, title: type.title, text: showValue(type, read), note: "" };
}

function plainText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
