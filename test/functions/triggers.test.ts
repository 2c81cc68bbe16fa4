import { expect, test } from "vitest";
import { z } from "zod";
import type { Trigger } from "../../domain/event.ts";
import type { Aggregate, FunctionTable } from "../../functions/definition.ts";
import { functions } from "../../functions/index.ts";
import { triggerFaults } from "../../functions/triggers.ts";
import { warranties } from "../fixtures/dated.ts";
import { functionLike, withFunctions } from "../fixtures/functions.ts";

const follows = (id: string): Trigger => ({ kind: "follows", function: id, outcomes: ["executed"] });
const batch: Trigger = { kind: "batch", source: "usage" };
const asked: Trigger = { kind: "asked" };

/** Counts rows by deal. */
function aggregate(by: string, row: z.ZodObject): Aggregate {
  return { row, by, start: 0, add: (sum) => Number(sum) + 1, reading: (rows) => ({ rows }) };
}

const byDeal = aggregate("deal", z.strictObject({ deal: z.string(), points: z.int() }));
const inText = aggregate("deal", z.strictObject({ deal: z.string(), points: z.string().optional() }));
const byList = aggregate("deals", z.strictObject({ deals: z.array(z.string()) }));

test("the shipped functions listen to what there is", () => expect(triggerFaults(functions)).toEqual([]));

test.for<[string, FunctionTable, string[]]>([
  [
    "a function may follow another about the same kind of object",
    withFunctions(functionLike("after", [follows("quoting")])),
    [],
  ],
  [
    "not one that does not exist",
    withFunctions(functionLike("after", [follows("gone")])),
    ["`after` follows `gone`, which does not exist"],
  ],
  [
    "nor one about another kind of object",
    withFunctions(functionLike("after", [follows("deal-registration")])),
    ["`after` follows `deal-registration`, whose subject is another: crm registration"],
  ],
  [
    "nor, by any way, itself",
    withFunctions(functionLike("one", [follows("two")]), functionLike("two", [follows("one")])),
    ["`one` follows itself in a circle", "`two` follows itself in a circle"],
  ],
  ["a batch is heard through an aggregate", withFunctions(functionLike("usage", [batch], { aggregate: byDeal })), []],
  [
    "never without one",
    withFunctions(functionLike("usage", [batch])),
    ["`usage` hears the batches of `usage` and has no aggregate"],
  ],
  [
    "an aggregate is for batches",
    withFunctions(functionLike("usage", [asked], { aggregate: byDeal })),
    ["`usage` has an aggregate and hears no batch"],
  ],
  [
    "and goes by a text or a number",
    withFunctions(functionLike("usage", [batch], { aggregate: byList })),
    ["`usage` aggregates by `deals`, which is no text or number of its rows"],
  ],
  [
    "two that hear one source read its columns alike",
    withFunctions(
      functionLike("first", [batch], { aggregate: byDeal }),
      functionLike("second", [batch], { aggregate: inText }),
    ),
    ["column `points` of `usage` is number to `first` and text to `second`"],
  ],
  ["dates open what has a plan", withFunctions(warranties), []],
  [
    "and nothing else",
    withFunctions(functionLike("planless", [{ kind: "date" }])),
    ["`planless` is opened by its dates and has no plan"],
  ],
  [
    "no function takes a name that ids use otherwise",
    withFunctions(functionLike("batches", [asked]), functionLike("record", [asked])),
    ["`batches`: the name is taken", "`record`: the name is taken"],
  ],
])("%s", ([, table, faults]) => expect(triggerFaults(table)).toEqual(faults));
