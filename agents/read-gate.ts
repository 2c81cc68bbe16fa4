import { z } from "zod";
import { SourceRef, type Evidence, type Lookup } from "../domain/evidence.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ReadTool } from "../tools/read-tool.ts";
import { cleanText } from "./clean-text.ts";
import type { ToolCall } from "./conversation.ts";
import { inSpan } from "../engines/span.ts";
import { toolAttributes } from "./gen-ai.ts";
import { JsonRecord } from "./json-record.ts";
import type { ToolMiddleware } from "./middleware/middleware.ts";

const Asked = z.strictObject({ tool: z.string(), args: z.record(z.string(), z.string()) });

export const Taken = z.strictObject({ source: SourceRef, value: JsonRecord });

/** A reading that a turn may take, and what came of it. `by`: who takes it. */
const allowed = { lookup: Asked, by: z.enum(["code", "model"]) };
export const Reading = z.discriminatedUnion("state", [
  z.strictObject({ ...allowed, state: z.literal("open") }),
  z.strictObject({ ...allowed, state: z.literal("absent") }),
  z.strictObject({ ...allowed, state: z.literal("taken"), evidence: Taken }),
]);
export type Reading = z.infer<typeof Reading>;

/** What the gate says to a reading that a model asked for. */
export type GateAnswer =
  | { readonly kind: "read"; readonly tool: string; readonly evidence: Evidence }
  | { readonly kind: "absent"; readonly tool: string }
  | { readonly kind: "refused" };

export type ReadTools = ReadonlyMap<string, ReadTool>;

/** A tool's name on the wire: model suppliers allow no dots. */
export function wireName(tool: string): string {
  return tool.replaceAll(".", "_");
}

/** The readings that may still be taken, as a model sees them. */
export function openReadings(readings: readonly Reading[]): readonly Lookup[] {
  return readings.filter(({ state }) => state === "open").map(({ lookup }) => shown(lookup));
}

/** What was read, in the order of the readings. */
export function evidenceIn(readings: readonly Reading[]): readonly Evidence[] {
  return readings.flatMap((reading) => (reading.state === "taken" ? [reading.evidence] : []));
}

/**
 * The only way from a model to a reading tool. Code fixed which readings are allowed, with their arguments; a model picks
 * among them and can ask for nothing else. Each is taken at most once.
 */
export const readGate: ToolMiddleware = {
  name: "ReadGate",
  async wrapToolCall({ call, readings }, handler) {
    const reading = readings.find((one) => isOf(one, call));
    return reading?.state === "open" ? handler(reading) : reading;
  },
};

/** Takes what an answer's calls ask for, together, as far as the gate lets them. Errors of a tool itself pass through. */
export async function takeWanted(
  company: string,
  readings: readonly Reading[],
  calls: readonly ToolCall[],
  tools: ReadTools,
): Promise<readonly Reading[]> {
  const taken = new Map<Reading, Promise<Reading>>();
  const take = (reading: Reading) => {
    const taking = taken.get(reading) ?? read(company, reading, tools);
    taken.set(reading, taking);
    return taking;
  };
  await Promise.all(calls.map((call) => readGate.wrapToolCall({ call, readings }, take)));
  return Promise.all(readings.map(async (reading) => taken.get(reading) ?? reading));
}

/** What is said to a model's words, once `takeWanted` heard them. */
export function gateAnswer(readings: readonly Reading[], call: ToolCall): GateAnswer {
  const reading = readings.find((one) => isOf(one, call));
  if (reading === undefined) return { kind: "refused" };
  const { tool } = reading.lookup;
  return reading.state === "taken" ? { kind: "read", tool, evidence: reading.evidence } : { kind: "absent", tool };
}

/** Takes one reading. */
export async function read(
  company: string,
  { lookup, by }: Pick<Reading, "lookup" | "by">,
  tools: ReadTools,
): Promise<Reading> {
  const attributes = toolAttributes(lookup.tool);
  const evidence = await inSpan(`execute_tool ${lookup.tool}`, { attributes }, () =>
    toolOf(tools, lookup.tool).read(company, lookup.args),
  );
  return evidence === undefined ? { lookup, by, state: "absent" } : { lookup, by, state: "taken", evidence };
}

/** Throws a plain `Error` when the worker was wired without a reading that a function needs. */
export function toolOf(tools: ReadTools, name: string): ReadTool {
  const tool = tools.get(name);
  if (tool === undefined) throw new Error(`no reading tool \`${name}\` is wired`);
  return tool;
}

function shown({ tool, args }: Lookup): Lookup {
  return { tool, args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, cleanText(value)])) };
}

function isOf({ lookup }: Reading, { name, args }: ToolCall): boolean {
  return wireName(lookup.tool) === name && args !== undefined && sameArgs(shown(lookup).args, args);
}

function sameArgs(wanted: Lookup["args"], given: JsonObject): boolean {
  const names = Object.keys(wanted);
  return names.length === Object.keys(given).length && names.every((name) => given[name] === wanted[name]);
}
