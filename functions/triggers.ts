import type { Trigger } from "../domain/event.ts";
import { reservedNames } from "../domain/reserved-names.ts";
import { fieldKinds } from "./columns.ts";
import type { FunctionDefinition, FunctionTable } from "./definition.ts";

/** What is wrong with what functions listen to, a sentence each; a gateway does not start with any. */
export function triggerFaults(table: FunctionTable): readonly string[] {
  const all = Object.values(table);
  return [
    ...all.filter(({ id }) => reservedNames.includes(id)).map(({ id }) => `\`${id}\`: the name is taken`),
    ...all.flatMap((one) => one.triggers.flatMap((trigger) => faultsOf(one, trigger, table))),
    ...all.flatMap((one) => aggregateFaults(one)),
    ...columnFaults(all),
    ...circles(all, table),
  ];
}

function faultsOf(one: FunctionDefinition, trigger: Trigger, table: FunctionTable): readonly string[] {
  if (trigger.kind === "batch") {
    return one.aggregate === undefined
      ? [`\`${one.id}\` hears the batches of \`${trigger.source}\` and has no aggregate`]
      : [];
  }
  if (trigger.kind === "date") {
    return one.plan === undefined ? [`\`${one.id}\` is opened by its dates and has no plan`] : [];
  }
  if (trigger.kind !== "follows") return [];
  const followed = Object.hasOwn(table, trigger.function) ? table[trigger.function] : undefined;
  if (followed === undefined) return [`\`${one.id}\` follows \`${trigger.function}\`, which does not exist`];
  const { system, type } = followed.subject;
  if (system === one.subject.system && type === one.subject.type) return [];
  return [`\`${one.id}\` follows \`${followed.id}\`, whose subject is another: ${system} ${type}`];
}

function aggregateFaults({ id, triggers, aggregate }: FunctionDefinition): readonly string[] {
  if (aggregate === undefined) return [];
  if (!triggers.some(({ kind }) => kind === "batch")) return [`\`${id}\` has an aggregate and hears no batch`];
  const kind = fieldKinds(aggregate.row)[aggregate.by];
  if (kind === "text" || kind === "number") return [];
  return [`\`${id}\` aggregates by \`${aggregate.by}\`, which is no text or number of its rows`];
}

/** A column of a source is read as one kind of value by everybody who hears it. */
function columnFaults(all: readonly FunctionDefinition[]): readonly string[] {
  const known = new Map<string, { readonly kind: string; readonly by: string }>();
  const faults: string[] = [];
  for (const { id, source, name, kind } of all.flatMap(columnsOf)) {
    const key = `${source} ${name}`;
    const first = known.get(key);
    if (first === undefined) known.set(key, { kind, by: id });
    else if (first.kind !== kind) {
      faults.push(`column \`${name}\` of \`${source}\` is ${first.kind} to \`${first.by}\` and ${kind} to \`${id}\``);
    }
  }
  return faults;
}

function columnsOf({ id, triggers, aggregate }: FunctionDefinition) {
  if (aggregate === undefined) return [];
  const kinds = Object.entries(fieldKinds(aggregate.row));
  const sources = triggers.flatMap((trigger) => (trigger.kind === "batch" ? [trigger.source] : []));
  return sources.flatMap((source) => kinds.map(([name, kind]) => ({ id, source, name, kind })));
}

/** Functions that follow each other in a circle would never stop. */
function circles(all: readonly FunctionDefinition[], table: FunctionTable): readonly string[] {
  const followedBy = ({ triggers }: FunctionDefinition) =>
    triggers.flatMap((trigger) => (trigger.kind === "follows" ? [trigger.function] : []));
  const reaches = (from: string, to: string, seen: Set<string>): boolean => {
    if (seen.has(from)) return false;
    seen.add(from);
    const next = Object.hasOwn(table, from) && table[from] !== undefined ? followedBy(table[from]) : [];
    return next.some((id) => id === to || reaches(id, to, seen));
  };
  return all.filter(({ id }) => reaches(id, id, new Set())).map(({ id }) => `\`${id}\` follows itself in a circle`);
}
