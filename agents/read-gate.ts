import type { Evidence, Lookup } from "../domain/evidence.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ReadTool } from "../tools/read-tool.ts";
import { cleanText } from "./clean-text.ts";

/** What the gate says to a reading that a model asked for. */
export type GateAnswer =
  | { readonly kind: "read"; readonly tool: string; readonly evidence: Evidence }
  | { readonly kind: "absent"; readonly tool: string }
  | { readonly kind: "refused" };

export type ReadGate = {
  /** The readings that may be taken, as a model sees them. */
  readonly open: readonly Lookup[];
  /** `name` and `args` are a model's words. Errors of the tool itself pass through. */
  answer(name: string, args: JsonObject): Promise<GateAnswer>;
  /** Every reading taken so far, in the order of `open`. */
  taken(): readonly Evidence[];
};

/** A tool's name on the wire: model suppliers allow no dots. */
export function wireName(tool: string): string {
  return tool.replaceAll(".", "_");
}

/**
 * The only way from a model to a reading tool. Code fixed which readings are allowed, with their arguments; a model picks
 * among them and can ask for nothing else. Each is taken at most once; `given` are those that code has taken already.
 */
export function createReadGate(
  company: string,
  allowed: readonly { readonly lookup: Lookup; readonly given?: Evidence }[],
  tools: ReadonlyMap<string, ReadTool>,
): ReadGate {
  const entries = allowed.map(({ lookup, given }) => ({
    lookup,
    shown: { tool: lookup.tool, args: cleanArgs(lookup.args) },
    reading: given === undefined ? undefined : Promise.resolve<Evidence | undefined>(given),
    evidence: given,
  }));

  async function take(entry: (typeof entries)[number]): Promise<Evidence | undefined> {
    const { lookup } = entry;
    entry.reading ??= toolOf(tools, lookup.tool).read(company, lookup.args);
    entry.evidence = await entry.reading;
    return entry.evidence;
  }

  return {
    open: entries.filter(({ evidence }) => evidence === undefined).map(({ shown }) => shown),
    async answer(name, args) {
      const entry = entries.find(({ shown }) => wireName(shown.tool) === name && sameArgs(shown.args, args));
      if (entry === undefined) return { kind: "refused" };
      const evidence = await take(entry);
      const { tool } = entry.lookup;
      return evidence === undefined ? { kind: "absent", tool } : { kind: "read", tool, evidence };
    },
    taken: () => entries.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence])),
  };
}

/** Throws a plain `Error` when the worker was wired without a reading that a function needs. */
export function toolOf(tools: ReadonlyMap<string, ReadTool>, name: string): ReadTool {
  const tool = tools.get(name);
  if (tool === undefined) throw new Error(`no reading tool \`${name}\` is wired`);
  return tool;
}

function cleanArgs(args: Lookup["args"]): Lookup["args"] {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, cleanText(value)]));
}

function sameArgs(wanted: Lookup["args"], given: JsonObject): boolean {
  const names = Object.keys(wanted);
  return names.length === Object.keys(given).length && names.every((name) => given[name] === wanted[name]);
}
