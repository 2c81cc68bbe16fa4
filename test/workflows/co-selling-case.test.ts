import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { dealStandings } from "../../gateway/deals/standings.ts";
import { readEscalation } from "../../gateway/http/escalations.ts";
import { sendBatch } from "../fixtures/batches.ts";
import { dealOf, doneForDeal, givenDeal } from "../fixtures/deals.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenCrmObject } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

let events = 0;
async function tells(id: string): Promise<string> {
  events += 1;
  const occurredAt = new Date(Date.now() + events).toISOString();
  return system.arrive("co-selling", id, { eventId: `evt_${events}`, occurredAt });
}

const endOf = (caseId: string) => system.client.workflow.getHandle(caseId).result();

async function changed(id: string, changes: JsonObject): Promise<string> {
  await givenCrmObject(system.pool, system.company, "deal", id, { ...(await dealOf(system, id)), ...changes });
  return tells(id);
}

async function reasonOf(caseId: string): Promise<string> {
  const { escalationId } = await openEscalationOf(system, caseId);
  const view = await readEscalation(system.pool, system.company, escalationId, new Date().toISOString());
  return view?.reason ?? "";
}

async function standingOf(id: string) {
  const { pool, company } = system;
  const record = await dealOf(system, id);
  const [standing] = await dealStandings(pool, company, [{ dealId: id, record }]);
  return [standing?.state, standing?.owner];
}

const unfit = { technographics: "azure", stage: "committed", amount: "10000.00" };

test(
  "a deal has its badge with score and rationale, is scored again when it moves, and loses the badge by a person only",
  { timeout: 120_000 },
  async () => {
    await givenDeal(system, "moves");
    expect(await standingOf("moves")).toEqual(["missing", "partner-manager"]);
    const caseId = await tells("moves");
    await endOf(caseId);
    expect(await dealOf(system, "moves")).toMatchObject({
      co_sell_badge: "qualified",
      co_sell_score: "93 %",
      co_sell_rationale: expect.stringContaining("technographics 100 % (aws, kubernetes) x 25 %") as string,
    });

    await endOf(await tells("moves"));
    await endOf(await changed("moves", { amount: "50000.00" }));
    expect(await doneForDeal(system, "moves")).toEqual(["badge-deal 930000", "badge-deal 855000"]);
    expect(await standingOf("moves")).toEqual(["qualified", ""]);

    await changed("moves", unfit);
    expect(await reasonOf(caseId)).toContain("The deal would lose its badge: it scores 46 %, under 60 %");
    await answer(system, caseId, "reject", await openEscalationOf(system, caseId));
    await endOf(caseId);
    expect(await dealOf(system, "moves")).toMatchObject({ co_sell_badge: "qualified", co_sell_score: "85.5 %" });

    await tells("moves");
    await answer(system, caseId, "approve", await openEscalationOf(system, caseId));
    await endOf(caseId);
    expect(await dealOf(system, "moves")).toMatchObject({ co_sell_badge: "not-qualified", co_sell_score: "46 %" });
    const [, , rejected, ...last] = await doneForDeal(system, "moves");
    expect(rejected).toMatch(/^add-note Mandate: rejected/);
    expect(last).toEqual(["badge-deal 460000", expect.stringMatching(/^add-note Mandate: .*would lose its badge/)]);
  },
);

test(
  "who knows under 80 % of what a deal is scored by asks a person, until a batch of scores tells the rest",
  { timeout: 120_000 },
  async () => {
    await givenDeal(system, "unsure", { cloud_spend_propensity: "" });
    const caseId = await tells("unsure");
    expect(await reasonOf(caseId)).toContain("75 % of what a deal is scored by is known, under 80 %");
    expect(await standingOf("unsure")).toEqual(["asked", "partner-manager"]);
    const at = new Date().toISOString();
    const rows = [{ deal: "unsure", account: "www.contoso.com", cloud_spend_ppm: 900_000 }];
    const place = { company: system.company, source: "propensity" };
    await sendBatch(system.pool, place, rows, { window: at.slice(0, 10), at });
    await tells("unsure");
    await endOf(caseId);
    expect(await dealOf(system, "unsure")).toMatchObject({ co_sell_badge: "qualified", co_sell_score: "95.5 %" });
    await expect(sendBatch(system.pool, place, rows, { window: at.slice(0, 10), at })).rejects.toThrow("known");
    await endOf(await tells("unsure"));
    expect(await doneForDeal(system, "unsure")).toEqual(["badge-deal 955000"]);
  },
);

test("a deal whose first score people reject is held with that cause", { timeout: 120_000 }, async () => {
  await givenDeal(system, "rejected", { technographics: "" });
  const caseId = await tells("rejected");
  await answer(system, caseId, "reject", await openEscalationOf(system, caseId, "", 30_000));
  await endOf(caseId);
  expect(await standingOf("rejected")).toEqual(["held", "partner-manager"]);
  expect(await doneForDeal(system, "rejected")).toEqual([expect.stringMatching(/^add-note Mandate: rejected/)]);
});
