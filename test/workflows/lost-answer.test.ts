import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EffectTool } from "../../tools/effect-tool.ts";
import { ToolError } from "../../tools/tool-error.ts";
import { givenPartner, givenQuote, quoteDeskSays } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

/** What becomes of the first call of a case: whether the target acts, and what its caller hears instead of the answer. */
type First = { readonly acts: boolean; readonly hears: () => Error; readonly forgets?: true };

let system: System;
const first = new Map<string, First>();
/** What the target was asked of each case, in order. */
const asked = new Map<string, string[]>();
const forgotten = new Set<string>();

/** The real tool, whose first answer does not come through. */
function losing(tool: EffectTool): EffectTool {
  if (tool.name !== "quotes.approve-discount") return tool;
  const caseOf = new Map<string, string>();
  return {
    ...tool,
    async lookUp(company, key) {
      const caseId = caseOf.get(key) ?? "";
      asked.get(caseId)?.push("look up");
      return forgotten.has(caseId) ? undefined : tool.lookUp(company, key);
    },
    async execute(permit, args) {
      const { caseId, effectKey } = permit;
      caseOf.set(effectKey, caseId);
      asked.set(caseId, [...(asked.get(caseId) ?? []), "act"]);
      const lost = first.get(caseId);
      first.delete(caseId);
      if (lost === undefined) return tool.execute(permit, args);
      if (lost.acts) await tool.execute(permit, args);
      if (lost.forgets) forgotten.add(caseId);
      throw lost.hears();
    },
  };
}

beforeAll(async () => {
  system = await startSystem({ adapters: (real) => ({ ...real, others: real.others.map(losing) }) });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const gone = () => new Error("the connection is gone");
const lost = () => new ToolError("TARGET_ANSWER_LOST", "no answer");

describe.concurrent("an answer that does not come is looked up before anything is sent again", () => {
  test.for<[string, First, string, readonly string[], number]>([
    ["the attempt ended after the target acted", { acts: true, hears: gone }, "executed", ["act", "look up"], 1],
    ["the attempt ended before that", { acts: false, hears: gone }, "executed", ["act", "look up", "act"], 1],
    ["the target acted, and could not say so", { acts: true, hears: lost }, "executed", ["act", "look up"], 1],
    [
      "nobody knows whether it acted, and it is not sent again",
      { acts: true, hears: lost, forgets: true },
      "unknown",
      ["act", "look up"],
      1,
    ],
  ])("%s", { timeout: 60_000 }, async ([name, call, outcome, calls, done]) => {
    const { pool, company, client } = system;
    const id = name.replaceAll(/[ ,]+/g, "-");
    await givenQuote(pool, company, id, 120_000);
    const caseId = `${company}:quoting:crm-deal-${id}`;
    first.set(caseId, call);
    await system.arrive("quoting", id);
    expect(await client.workflow.getHandle(caseId).result()).toEqual({ outcomes: [outcome] });
    const { approvals } = await quoteDeskSays(pool, company);
    const held = approvals.filter(({ quote_id: quote }) => quote === `Q-${id}`).length;
    expect({ calls: asked.get(caseId), held }).toEqual({ calls, held: done });
  });
});
