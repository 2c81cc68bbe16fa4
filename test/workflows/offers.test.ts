import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEscalation } from "../../gateway/http/escalations.ts";
import { openEscalationOf } from "../fixtures/escalations.ts";
import { givenPartner, givenQuote, notesOn, quoteDeskSays } from "../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const ended = (caseId: string) => system.client.workflow.getHandle(caseId).result();
const notes = (deal: string) => notesOn(system.pool, system.company, deal);
const noted = (deal: string) =>
  eventually(async () => {
    const [first] = await notes(deal);
    return first;
  });

describe("what would pass is offered before anybody asks", () => {
  test("to whom the question goes, and to who asked; asked so, it passes and the question is gone", async () => {
    await givenQuote(system.pool, system.company, "nearer", 180_000);
    const caseId = await system.arrive("quoting", "nearer");
    const { escalationId } = await openEscalationOf(system, caseId);
    const view = await readEscalation(system.pool, system.company, escalationId, new Date().toISOString());
    const text = "net price 85,000.00 USD in place of 82,000.00 USD";
    expect(view?.wouldPass).toEqual([{ argument: "netPriceMinor", minor: 8_500_000, text }]);
    expect(await noted("nearer")).toContain(`It would pass without asking anybody with ${text}, all else as it is.`);
    await givenQuote(system.pool, system.company, "nearer", 150_000);
    await system.arrive("quoting", "nearer", { eventId: "evt_as_offered" });
    expect(await ended(caseId)).toEqual({ outcomes: ["superseded", "executed"] });
    expect((await quoteDeskSays(system.pool, system.company)).approvals).toMatchObject([
      { net_price_minor: 8_500_000 },
    ]);
  });

  test("of what is blocked, with why it was", async () => {
    await givenQuote(system.pool, system.company, "over", 310_000);
    expect(await ended(await system.arrive("quoting", "over"))).toEqual({ outcomes: ["blocked"] });
    expect(await noted("over")).toMatch(
      /^Mandate: blocked .*over the ceiling of 25 %\. To have it decided anew, .*\. It would pass without asking anybody with net price 85,000\.00 USD in place of 69,000\.00 USD, all else as it is\.$/,
    );
  });

  test("by less of what is given beside the price, where that alone is enough", async () => {
    const changes = { quote_net_price: "90000.00", quote_concessions: "8000.00" };
    await givenQuote(system.pool, system.company, "concessions", 100_000, changes);
    await openEscalationOf(system, await system.arrive("quoting", "concessions"));
    expect(await noted("concessions")).toContain(
      "with net price 93,000.00 USD in place of 90,000.00 USD, or with concessions 5,000.00 USD in place of 8,000.00 USD, all else as it is.",
    );
  });

  test("and not where something stands in the way that no amount changes", async () => {
    await givenQuote(system.pool, system.company, "terms", 180_000, { quote_protected_terms: "liability" });
    const caseId = await system.arrive("quoting", "terms");
    const { escalationId } = await openEscalationOf(system, caseId);
    const view = await readEscalation(system.pool, system.company, escalationId, new Date().toISOString());
    expect(view?.wouldPass).toEqual([]);
    expect(await notes("terms")).toEqual([]);
  });

  test("what cannot be read is told to who asked, with what it is, while people are asked", async () => {
    await givenQuote(system.pool, system.company, "unread", 120_000, { quote_net_price: "16.9915" });
    await openEscalationOf(system, await system.arrive("quoting", "unread"));
    expect(await noted("unread")).toMatch(
      /^Mandate: people are asked to decide this .*`16\.9915`.* Correct what cannot be read, and it is decided anew\.$/,
    );
  });
});
