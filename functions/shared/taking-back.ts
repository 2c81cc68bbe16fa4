import { z } from "zod";
import type { Lookup } from "../../domain/evidence.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { Action } from "../../domain/proposal.ts";
import type { About, FactInput, FunctionAction, Readings } from "../definition.ts";
import { elsewhereIn } from "../../domain/rate.ts";
import { whatIsKnown } from "../fields.ts";
import { knownFacts } from "../known-facts.ts";
import { differing } from "./as-requested.ts";

/** The reading of what an action did last for an object and what of it stands, by its tool. */
export const STANDING_ACT = "ledger.standing-act";

/** What an action did last for an object; null where nothing was done, or it was taken back for good. */
export const StandingActReading = z.strictObject({
  act: z
    .strictObject({
      /** The target's own name of it. */
      ref: z.string().min(1),
      decidedAt: z.iso.datetime(),
      args: z.record(z.string(), z.json()),
      facts: z.record(z.string(), z.json()),
    })
    .nullable(),
});
export type StandingAct = NonNullable<z.infer<typeof StandingActReading>["act"]>;

/**
 * How a record says now what was done: as it was, within it, outside it; that it is withdrawn; or it is gone itself.
 */
export const Difference = z.enum(["none", "within", "outside", "withdrawn", "gone"]);
export type Difference = z.infer<typeof Difference>;

/**
 * By fact, what it may become without being more than what was decided: at most as much, anything, one of these values. A
 * fact that is not named must stay as it was.
 */
export type Within = { readonly [fact: string]: "at-most" | "anything" | readonly Json[] };

/** The facts that policies of taking back may name. */
export const TakeBackFacts = z.strictObject({
  difference: Difference.meta({ from: "derived", title: "what the record says now, beside what was done" }),
});

/** What every tool that takes something back is told. */
export const takeBackArgs = {
  /** What the record says now, beside what was done. */
  difference: Difference.exclude(["none"]),
  /** Whether the record still says that it is done: it is then set back, and decided anew. */
  asksAnew: z.boolean(),
};

/** What was found of the record beside the act. `asked`: what it would ask for. */
export type Found = {
  readonly difference: Exclude<Difference, "none">;
  readonly asksAnew: boolean;
  readonly asked: JsonObject;
};

/** How a function's act is held against its record in the CRM, and how it is taken back. */
export type TakingBack = Pick<FunctionAction, "id" | "step" | "tool" | "args" | "describe"> & {
  /** What it takes back. Its `writeBack` says what the record says while it stands, and once it is denied. */
  readonly of: FunctionAction & Required<Pick<FunctionAction, "askedBy" | "writeBack">>;
  readonly functionId: string;
  readonly objectType: string;
  /** What else than its denial the record says where it no longer stands by it, in small letters. */
  readonly withdrawn: readonly string[];
  readonly within: Within;
  /** What the tool is told beside `takeBackArgs`. */
  readonly names: (act: StandingAct, found: Found) => JsonObject;
};

/** Undefined where the ledger was not read, null where nothing stands. */
function standingIn(readings: Readings): StandingAct | null | undefined {
  return StandingActReading.safeParse(readings[STANDING_ACT]?.value).data?.act;
}

/** How facts differ from those that were decided. Pure. */
export function differenceOf(decided: JsonObject, read: JsonObject, within: Within): "none" | "within" | "outside" {
  const [before, now] = [decided, read].map((facts) => asTold(facts, decided)) as [JsonObject, JsonObject];
  const changed = differing(before, now).filter((name) => within[name] !== "anything");
  if (changed.length === 0) return "none";
  return changed.every((name) => isWithin(before[name], now[name], within[name])) ? "within" : "outside";
}

/**
 * Facts as a record tells them: without what was looked up for the decision, and amounts that were decided in another currency than
 * the fact's as they were asked.
 */
function asTold(facts: JsonObject, decided: JsonObject): JsonObject {
  const elsewhere = Object.keys(decided).flatMap((name) => {
    const said = elsewhereIn(name);
    return said === undefined ? [] : [[said.fact, facts[name]] as const];
  });
  const told = Object.entries(facts).filter(([name]) => !name.includes(" in "));
  return whatIsKnown({ ...Object.fromEntries(told), ...Object.fromEntries(elsewhere) });
}

function isWithin(before: Json | undefined, now: Json | undefined, bound: Within[string] | undefined): boolean {
  if (bound === "at-most") return typeof before === "number" && typeof now === "number" && now <= before;
  return now !== undefined && Array.isArray(bound) && bound.includes(now);
}

/**
 * The action by which code takes back what the record no longer stands by: asked for where something stands and the record
 * says otherwise. Where the record still says that it is done, it is set back to what asks, and is decided anew.
 */
export function takingBack({ of, functionId, objectType, withdrawn, within, names, ...own }: TakingBack) {
  const { property, values } = of.writeBack;
  const isWithdrawn = (says: string) => [...withdrawn, values.denied, values.blocked].includes(says);
  const stateIn = (record: JsonObject) => {
    const value = record[property];
    return typeof value === "string" ? value.trim().toLowerCase() : "";
  };

  /** The facts at the instant of the decision: that time went by is no change of the record. */
  function factsNow(action: Action | undefined, readings: Readings, { decidedAt }: StandingAct): JsonObject {
    return action === undefined ? {} : knownFacts(of, { evidence: readings, action, at: decidedAt }).facts;
  }

  /** Undefined while nothing stands, as far as was read. An act that never was as the record asked is not compared with it. */
  function found(readings: Readings): { readonly act: StandingAct; readonly is: Found | undefined } | undefined {
    const act = standingIn(readings);
    if (act === undefined || act === null) return undefined;
    const record = readings["crm.record"]?.value;
    if (record === undefined) return { act, is: { difference: "gone", asksAnew: false, asked: {} } };
    const says = stateIn(record);
    const action = of.requested(record, readings);
    const now = factsNow(action, readings, act);
    const compared = act.facts["proposedAsRequested"] === true ? differenceOf(act.facts, now, within) : "none";
    const difference = isWithdrawn(says) ? "withdrawn" : compared;
    if (difference === "none") return { act, is: undefined };
    const asksAnew = difference === "outside" && says === values.executed;
    return { act, is: { difference, asksAnew, asked: action?.args ?? {} } };
  }

  function requested(_record: JsonObject, readings: Readings = {}) {
    const { act, is } = found(readings) ?? {};
    if (act === undefined || is === undefined) return undefined;
    const { difference, asksAnew } = is;
    return { tool: own.tool, args: { ...names(act, is), difference, asksAnew } };
  }

  function facts({ evidence }: FactInput): JsonObject {
    const looked = found(evidence);
    return whatIsKnown({ difference: looked && (looked.is?.difference ?? "none") });
  }

  function lookups(record: JsonObject, reportsStep: string, about: About): readonly Lookup[] {
    const { objectId } = about;
    const standing = { functionId, objectType, objectId, action: of.id, takenBackBy: own.id };
    return [...of.lookups(record, reportsStep, about), { tool: STANDING_ACT, args: standing }];
  }

  return {
    ...own,
    occasion: { kind: "none" },
    factSchema: TakeBackFacts,
    readsRecord: true,
    lookups,
    facts,
    requestedBy: () => null,
    requested,
    writeBack: {
      property,
      over: values.executed,
      values: { executed: of.askedBy.value, denied: values.executed, blocked: values.executed },
      tells: (args) => args["asksAnew"] === true,
    },
  } as const satisfies FunctionAction;
}
