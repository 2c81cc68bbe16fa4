import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { readEvidence, type ReadTools } from "../../deciding/evidence.ts";
import type { Lookup } from "../../domain/evidence.ts";
import type { FunctionAction } from "../../functions/definition.ts";
import { functions } from "../../functions/index.ts";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import { FIXTURE_AT } from "../../functions/shared/fixture.ts";
import { functionLike, withFunctions } from "../fixtures/functions.ts";

/** Asks for what its record's reading names, as a function may whose object is called otherwise than its record says. */
const topUp: FunctionAction = {
  ...approveDiscount,
  id: "metering",
  requested(_record, readings = {}) {
    const ref = readings["telemetry.record"]?.source.ref;
    return ref === undefined ? undefined : { tool: approveDiscount.tool, args: { meter: ref } };
  },
  lookups: (_record, _reportsStep, { args: { meter } }) =>
    typeof meter === "string" ? [{ tool: "programme.partner", args: { partnerId: meter } }] : [],
};

/** A function whose subject another system than the CRM keeps. */
const metering = functionLike("metering", [{ kind: "asked" }], {
  subject: { system: "telemetry", type: "meter", fields: {} },
  actions: [topUp],
});
beforeAll(() => Object.assign(functions, withFunctions(metering)));
afterAll(() => Reflect.deleteProperty(functions, metering.id));

/** Tools that answer whatever is asked, and what was asked of them. */
function answering(...names: readonly string[]) {
  const asked: Lookup[] = [];
  const tool = (name: string) => ({
    name,
    description: name,
    args: z.strictObject({}),
    read: async (_company: string, args: Lookup["args"]) => {
      asked.push({ tool: name, args });
      return { source: { source: name, ref: "meter/7", version: "1", observedAt: FIXTURE_AT }, value: {} };
    },
  });
  const tools: ReadTools = Object.fromEntries(names.map((name) => [name, tool(name)]));
  return { tools, asked };
}

test("what a record of another system than the CRM asks for chooses what else is read", async () => {
  const { tools, asked } = answering("telemetry.record", "programme.partner");
  const about = { company: "acme", functionId: "metering", objectType: "meter", objectId: "7", reportsStep: "" };
  await readEvidence(tools, topUp, about, { meter: "of a model" });
  expect(asked).toEqual([
    { tool: "telemetry.record", args: { objectType: "meter", objectId: "7" } },
    { tool: "programme.partner", args: { partnerId: "meter/7" } },
  ]);
});
