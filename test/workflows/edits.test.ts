import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readMoves } from "../../audit/ledgers/escalation-moves.ts";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { moveQuestion } from "../../audit/ledgers/escalation-moves.ts";
import { readNotices } from "../../audit/ledgers/notices.ts";
import { readRecords } from "../../audit/records.ts";
import { editQuestion, type GivenEdit } from "../../deciding/edit.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import type { StepDeps } from "../../deciding/step.ts";
import { askErasure, confirmErasure } from "../../proof/privacy/erasure.ts";
import { compareLedgers } from "../../proof/whole/compare-ledgers.ts";
import { replayGuardrail } from "../../proof/replay/guardrail.ts";
import { takingBackActions } from "../../functions/index.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { readCalls } from "../../tools/sandbox/door.ts";
import { wallTime } from "../../db/company-clock.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenCrmObject, givenPartner, givenQuote, quoteDeskSays } from "../fixtures/programme.ts";
import { doneForContract, givenContract } from "../fixtures/renewals.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/** Who is asked answers with other values: they go the one road, under their own question. */
let system: System;
let deps: StepDeps;
beforeAll(async () => {
  system = await startSystem();
  const { pool, company } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  const readTools = createReadTools(pool, embeddedAdapters(pool, wallTime), wallTime);
  const policies = await loadPolicies("policies");
  deps = { pool, policies, alarm: () => undefined, readTools, now: wallTime };
});
afterAll(() => system.stop());

type Question = Awaited<ReturnType<typeof openEscalationOf>>;

async function asked(deal: string, discountPpm = 180_000): Promise<{ caseId: string; question: Question }> {
  await givenQuote(system.pool, system.company, deal, discountPpm);
  const caseId = await system.arrive("quoting", deal, { eventId: "evt_asked" });
  return { caseId, question: await openEscalationOf(system, caseId) };
}

/** The list price of the quotes here is 100,000.00 USD. */
const netOf = (discountPpm: number) => ({ netPriceMinor: 10_000_000 - discountPpm * 10 });

async function edit(
  caseId: string,
  { escalationId }: Question,
  args: GivenEdit["args"],
  more: Partial<GivenEdit> = {},
) {
  const who = { company: system.company, escalationId, personId: "dana", role: "partner-manager", at: wallTime() };
  const made = await editQuestion(deps, { ...who, args, reason: "less will do", undoMs: 0, ...more });
  if (made.kind === "moved") await system.client.workflow.getHandle(caseId).signal("questionMoved", { escalationId });
  return made;
}

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();

async function approvedAt(quoteId: string): Promise<readonly unknown[]> {
  const { approvals } = await quoteDeskSays(system.pool, system.company);
  return approvals.filter(({ quote_id: id }) => id === quoteId);
}

/** Every recorded decision of a case taken again from its records. */
async function replayed(caseId: string): Promise<readonly string[]> {
  const { pool, company } = system;
  const { records, intact } = await readRecords(pool, company, caseId);
  expect(intact).toBe(true);
  const { rows } = await pool.query<{ version: string; document: string }>(
    "select version, document from policy_version where company = $1",
    [company],
  );
  const kinds: string[] = [];
  for (const record of records.filter(({ kind }) => kind === "decision")) {
    const { version } = record.body["policy"] as { version: string };
    const document = rows.find((row) => row.version === version)?.document ?? "";
    kinds.push((await replayGuardrail(record, document, records)).kind);
  }
  return kinds;
}

const TIMEOUT = { timeout: 60_000 };

describe("an edit that who edits may approve", () => {
  test("is decided by the rules, counts as their approval, and goes out as edited", TIMEOUT, async () => {
    const { caseId, question } = await asked("edited");
    const made = await edit(caseId, question, { netPriceMinor: "84000.00 USD" });
    expect(made).toMatchObject({ kind: "moved", state: "superseded", verdict: "escalate", counts: true });
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    const calls = await readCalls(system.pool, system.company, "quotes");
    const released = calls.filter(({ request }) => request["dealId"] === "edited");
    expect(released.map(({ request }) => request["netPriceMinor"])).toEqual([8_400_000]);
    expect(await replayed(caseId)).toEqual(expect.arrayContaining(["same"]));
    expect(new Set(await replayed(caseId))).toEqual(new Set(["same"]));
  });

  test("is recorded with who, what and why, and told to who asked", TIMEOUT, async () => {
    const { caseId, question } = await asked("told");
    await edit(caseId, question, netOf(150_000));
    await result(caseId);
    const { pool, company } = system;
    const [move] = await readMoves(pool, company, { escalationId: question.escalationId, version: 2 });
    expect(move).toMatchObject({
      move: "edit",
      personId: "dana",
      words: "less will do",
      before: { netPriceMinor: 8_200_000 },
      after: { netPriceMinor: 8_500_000 },
    });
    const { rows } = await pool.query<{ requester_id: string }>(
      "select requester_id from escalation where company = $1 and escalation_id = $2",
      [company, question.escalationId],
    );
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const asking = { company, personId: rows[0]?.requester_id ?? "", since, takingBack: takingBackActions, limit: 100 };
    const notices = (await readNotices(pool, asking)).filter((notice) => notice.caseId === caseId);
    expect(notices).toMatchObject([{ what: "edited", detail: "less will do" }]);
  });

  test("may be undone before it counts: the question about the edited values waits", TIMEOUT, async () => {
    const { caseId, question } = await asked("undone");
    await edit(caseId, question, netOf(160_000), { undoMs: 3_600_000 });
    const edited = await eventually(async () => {
      const { rows } = await system.pool.query<{ escalation_id: string }>(
        "select escalation_id from escalation where company = $1 and case_id = $2 and state = 'committing'",
        [system.company, caseId],
      );
      return rows[0]?.escalation_id;
    });
    const who = { company: system.company, escalationId: edited, personId: "dana", role: "partner-manager" };
    await moveQuestion(system.pool, { ...who, at: wallTime(), move: "undo", words: "not yet" });
    await system.client.workflow.getHandle(caseId).signal("questionMoved", { escalationId: edited });
    const again = await openEscalationOf(system, caseId);
    expect(again.escalationId).toBe(edited);
    expect(await approvedAt("Q-undone")).toEqual([]);
    await answer(system, caseId, "reject", again);
    expect(await result(caseId)).toEqual({ outcomes: ["rejected"] });
  });
});

describe("an edit never goes past", () => {
  test("the rules: what they block is refused at once with why, and the question stands", TIMEOUT, async () => {
    const { caseId, question } = await asked("blocked");
    const made = await edit(caseId, question, netOf(260_000));
    expect(made).toMatchObject({
      kind: "refused",
      code: "blocked",
      detail: expect.stringMatching(/ceiling/) as string,
    });
    expect((await openEscalationOf(system, caseId)).escalationId).toBe(question.escalationId);
    await answer(system, caseId, "approve", question);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
  });

  test("the level that the rules name: who is above is asked, about the edited values", TIMEOUT, async () => {
    await givenQuote(system.pool, system.company, "large", 180_000);
    // A manager may give 19 % of it; 21 % is more than the 100,000.00 USD that one deal may be given in 90 days.
    const large = { quote_list_price: "500000.00", quote_net_price: "405000.00", quote_floor_price: "300000.00" };
    await givenCrmObject(system.pool, system.company, "deal", "large", { ...large, customer_domain: "large.example" });
    const other = await system.arrive("quoting", "large", { eventId: "evt_asked" });
    const first = await openEscalationOf(system, other);
    const loosened = await edit(other, first, { netPriceMinor: 39_500_000 });
    expect(loosened).toMatchObject({ kind: "moved", counts: false, asks: ["regional-director"] });
    const above = await openEscalationOf(system, other, first.escalationId);
    expect(above.role).toBe("regional-director");
    await answer(system, other, "reject", above, "rita");
    expect(await result(other)).toEqual({ outcomes: ["rejected"] });
  });

  test("who asked, another version, a changed record, or what may not be edited", TIMEOUT, async () => {
    const { caseId, question } = await asked("guarded");
    const { rows } = await system.pool.query<{ requester_id: string }>(
      "select requester_id from escalation where company = $1 and escalation_id = $2",
      [system.company, question.escalationId],
    );
    const net = netOf(160_000);
    const own = await edit(caseId, question, net, { personId: rows[0]?.requester_id ?? "" });
    expect(own).toMatchObject({ kind: "refused", code: "own-request" });
    expect(await edit(caseId, question, net, { role: "seller" })).toMatchObject({ code: "wrong-role" });
    expect(await edit(caseId, question, net, { version: 7 })).toMatchObject({ code: "changed-since" });
    expect(await edit(caseId, question, { listPriceMinor: 1 })).toMatchObject({ kind: "wrong" });
    expect(await edit(caseId, question, { netPriceMinor: -1 })).toMatchObject({ kind: "wrong" });
    for (const netPriceMinor of ["84000.00 EUR", "84,000.00 USD", "84000"]) {
      const message = "expected an amount in USD, such as `84000.00 USD`, or whole minor units";
      const issues = [{ path: ["netPriceMinor"], message }];
      expect(await edit(caseId, question, { netPriceMinor })).toMatchObject({ kind: "wrong", issues });
    }
    expect(await edit(caseId, question, netOf(180_000))).toMatchObject({ code: "unchanged" });
    await givenCrmObject(system.pool, system.company, "deal", "guarded", { quote_net_price: "83000.00" });
    expect(await edit(caseId, question, net)).toMatchObject({ code: "stale-action" });
    await givenCrmObject(system.pool, system.company, "deal", "guarded", { quote_net_price: "82000.00" });
    const [one, two] = await Promise.all([
      edit(caseId, question, net, { version: 1 }),
      giveVerdict(system.pool, {
        company: system.company,
        escalationId: question.escalationId,
        personId: "dora",
        role: "partner-manager",
        at: wallTime(),
        version: 1,
        verdict: "reject",
        actionDigest: question.actionDigest,
        reason: "no",
      }),
    ]);
    expect([one.kind, two.kind].filter((kind) => kind === "refused")).toHaveLength(1);
    await system.client.workflow.getHandle(caseId).signal("questionMoved", { escalationId: question.escalationId });
    await result(caseId);
  });
});

test(
  "the API says what may be edited, what is wrong by its pointer, what the rules block, and what comes of it",
  TIMEOUT,
  async () => {
    const { pool, company } = system;
    const { caseId, question } = await asked("by-api");
    const { policies, readTools } = deps;
    const api = apiOn(pool, { policies, readTools, company });
    const headers = await headersOf(pool, "dana", "partner-manager", company);
    const path = `/v1/escalations/${question.escalationId}`;
    const post = async (args: unknown, version = "1") => {
      const body = JSON.stringify({ args, reason: "less will do" });
      const response = await api.request(`${path}/edit`, {
        method: "POST",
        headers: { ...headers, "if-match": version },
        body,
      });
      return { status: response.status, body: (await response.json()) as { [field: string]: unknown } };
    };
    const shown = await (await api.request(path, { headers })).json();
    expect(shown).toMatchObject({ editable: ["netPriceMinor", "concessionsMinor"] });
    expect(await post({ netPriceMinor: -1 })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/args/netPriceMinor" }] },
    });
    expect(await post({ quoteId: "Q-2" })).toMatchObject({ status: 400, body: { code: "validation" } });
    expect(await post(netOf(260_000))).toMatchObject({ status: 409, body: { code: "blocked" } });
    expect(await post(netOf(160_000), "9")).toMatchObject({ status: 412 });
    expect(await post(netOf(160_000))).toMatchObject({
      status: 200,
      body: { state: "superseded", version: 2, verdict: "escalate", counts: true },
    });
    await system.client.workflow.getHandle(caseId).signal("questionMoved", { escalationId: question.escalationId });
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
  },
);

describe("an edited price of a renewal", () => {
  test(
    "is what the offer says, and is not asked for again when the record is read next",
    { timeout: 90_000 },
    async () => {
      await givenContract(system, "priced", 80, { requested_price: "132000.00", renewal_state: "proposed" });
      const caseId = await system.arrive("renewals", "priced");
      const first = await openEscalationOf(system, caseId);
      const made = await edit(caseId, first, { offerPriceMinor: 12_500_000 });
      expect(made).toMatchObject({ kind: "moved", counts: true });
      await eventually(async () => {
        return (await doneForContract(system, "priced")).includes("tell offer") ? true : undefined;
      }, 30_000);
      const texts = await readCalls(system.pool, system.company, "messages");
      const offer = texts.find(({ request }) => request["objectId"] === "priced");
      expect(offer?.request["variables"]).toMatchObject({ offerPrice: "125000.00 USD", currentPrice: "120000.00 USD" });
      await givenCrmObject(system.pool, system.company, "contract", "priced", { usage: "84%" });
      await system.arrive("renewals", "priced", { eventId: "evt_priced_usage" });
      await eventually(async () => {
        const { records } = await readRecords(system.pool, system.company, caseId);
        const plans = records.filter(({ kind, body }) => kind === "plan" && body["eventId"] === "evt_priced_usage");
        return plans.length > 0 ? true : undefined;
      }, 30_000);
      const done = await doneForContract(system, "priced");
      expect(done.filter((what) => what === "release-renewal" || what === "tell offer")).toHaveLength(2);
      await expect(openEscalationOf(system, caseId, "", 1_500)).rejects.toThrow("nothing came within");
    },
  );
});

describe("what an edit leaves", () => {
  test("is what its records say, and nothing of who made it once they are erased", TIMEOUT, async () => {
    const { pool, company } = system;
    const { caseId, question } = await asked("erased");
    const noor = { personId: "noor", reason: "Noor thinks less will do" };
    expect(await edit(caseId, question, netOf(160_000), noor)).toMatchObject({ kind: "moved" });
    await result(caseId);
    expect(await compareLedgers(pool, company)).toMatchObject({ found: 0, findings: [] });
    const said = async () => {
      const { rows } = await pool.query<{ edit: string }>(
        "select edit::text as edit from proposal where company = $1 and case_id = $2 and edit is not null",
        [company, caseId],
      );
      return rows.map((row) => row.edit).join();
    };
    expect(await said()).toMatch(/noor/);
    const by = (personId: string) => ({ company, personId, at: wallTime() });
    const ask = { subject: "person:noor", ground: "consent-withdrawn", reason: "they asked us to" } as const;
    const erasure = await askErasure(pool, by("ola"), ask);
    if (erasure.kind !== "asked") throw new Error(erasure.detail);
    expect(await confirmErasure(pool, by("omar"), erasure.erasure.erasureId)).toMatchObject({ kind: "erased" });
    expect(await said()).not.toMatch(/noor/i);
    expect(await compareLedgers(pool, company)).toMatchObject({ found: 0, findings: [] });
  });
});
