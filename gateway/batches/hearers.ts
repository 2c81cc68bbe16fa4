import type { Json, JsonObject } from "../../domain/json.ts";
import type { Aggregate, FunctionTable } from "../../functions/definition.ts";

/** A function that hears a source's batches. */
export type Hearer = {
  readonly functionId: string;
  readonly objectType: string;
  readonly system: string;
  readonly aggregate: Aggregate;
};

/** The functions that hear a source's batches, in the registry's order. */
export function hearersOf(source: string, functions: FunctionTable): readonly Hearer[] {
  return Object.values(functions).flatMap(({ id, triggers, subject, aggregate }) => {
    const hears = triggers.some((trigger) => trigger.kind === "batch" && trigger.source === source);
    if (!hears || aggregate === undefined) return [];
    return [{ functionId: id, system: subject.system, objectType: subject.type, aggregate }];
  });
}

/** Every source that somebody hears. */
export function heardSources(functions: FunctionTable): readonly string[] {
  const triggers = Object.values(functions).flatMap((one) => one.triggers);
  return [...new Set(triggers.flatMap((trigger) => (trigger.kind === "batch" ? [trigger.source] : [])))].sort();
}

/** An object's id as events and cases have them. */
const objectId = /^[^\s\p{C}]{1,256}$/u;

/** What one hearer reads of a row. */
export type Reading =
  | { readonly kind: "row"; readonly row: JsonObject; readonly objectId: string }
  | { readonly kind: "bad"; readonly reason: string };

/** Reads the hearer's own columns, and nothing else of what came. A reason names columns and never repeats a value. */
export function readRow({ aggregate }: Hearer, cells: JsonObject): Reading {
  const own: { [column: string]: Json } = {};
  for (const column of Object.keys(aggregate.row.shape)) {
    const cell = cells[column];
    if (cell !== undefined) own[column] = cell;
  }
  const parsed = aggregate.row.safeParse(own);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(({ path, message }) => `\`${path.join(".")}\`: ${message}`);
    return { kind: "bad", reason: reasons.join("; ").slice(0, MAX_REASON_CHARS) };
  }
  const row = parsed.data as JsonObject;
  const id = row[aggregate.by];
  const name = typeof id === "number" ? String(id) : id;
  if (typeof name === "string" && objectId.test(name)) return { kind: "row", row, objectId: name };
  return { kind: "bad", reason: `\`${aggregate.by}\`: expected an object's id of up to 256 characters, no spaces` };
}

const MAX_REASON_CHARS = 300;
