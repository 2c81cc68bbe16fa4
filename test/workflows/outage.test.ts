import { ApplicationFailure } from "@temporalio/common";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { moveQuestion } from "../../audit/ledgers/escalation-moves.ts";
import { readNotices } from "../../audit/ledgers/notices.ts";
import { readRecords } from "../../audit/records.ts";
import { AGENTS_BACK } from "../../temporal.config.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { crmSays, givenCrmObject, givenPartner, quoteDeskSays, givenQuote } from "../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/** What went to people only because the agents were away, on the real engine. */
let system: System;
let areAway = true;
/** How often the agents were asked, by case. */
const turns = new Map<string, number>();
let next = 1;

beforeAll(async () => {
  system = await startSystem({
    interceptors: {
      activity: [
        ({ info }) => ({
          inbound: {
            execute(input, proceed) {
              if (info.activityType !== "proposeByAgents") return proceed(input);
              const { workflowId = "" } = info.workflowExecution ?? {};
              turns.set(workflowId, (turns.get(workflowId) ?? 0) + 1);
              if (areAway) throw ApplicationFailure.nonRetryable("no route to the model", "MODEL_UNAVAILABLE");
              return proceed(input);
            },
          },
        }),
      ],
    },
  });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());
beforeEach(() => {
  areAway = true;
});

type Asked = { readonly objectId: string; readonly caseId: string; readonly escalationId: string };

async function asked(discountPpm: number) {
  const objectId = `d${next++}`;
  await givenQuote(system.pool, system.company, objectId, discountPpm);
  const caseId = await system.arrive("quoting", objectId, { eventId: "evt_asked" });
  const question = await openEscalationOf(system, caseId, "", 30_000);
  return { objectId, caseId, question, escalationId: question.escalationId };
}

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();

async function stateOf({ escalationId }: Pick<Asked, "escalationId">): Promise<string | undefined> {
  const { rows } = await system.pool.query<{ state: string }>(
    "select state from escalation where company = $1 and escalation_id = $2",
    [system.company, escalationId],
  );
  return rows[0]?.state;
}

/** The agents are there again, and the case has looked: it does so soon after it asked. */
async function backAndSeen({ caseId }: Pick<Asked, "caseId">, times = 2): Promise<void> {
  areAway = false;
  await eventually(async () => ((turns.get(caseId) ?? 0) >= times ? true : undefined), 6 * AGENTS_BACK.firstMs);
  await openIdle(caseId);
}

/** The case has done with what it was at. */
const openIdle = (caseId: string) =>
  eventually(async () => {
    const { raw, status } = await system.client.workflow.getHandle(caseId).describe();
    const isIdle = !raw.pendingWorkflowTask && (raw.pendingActivities ?? []).length === 0;
    return isIdle || status.name !== "RUNNING" ? true : undefined;
  }, 30_000);

async function expectOneEffect({ objectId, caseId }: Asked): Promise<void> {
  const { approvals, calls } = await quoteDeskSays(system.pool, system.company);
  expect(approvals.filter(({ quote_id }) => quote_id === `Q-${objectId}`)).toHaveLength(1);
  expect(calls.filter(({ quote_id, replayed }) => quote_id === `Q-${objectId}` && !replayed)).toHaveLength(1);
  const told = (await crmSays(system.pool, system.company)).filter(([id]) => id === objectId);
  expect(told).toEqual([[objectId, "quote_status", "approved"]]);
  const { records, intact } = await readRecords(system.pool, system.company, caseId);
  expect(intact).toBe(true);
  expect(records.at(-1)?.kind).toBe("case_end");
}

async function recordsOf(caseId: string) {
  const { records } = await readRecords(system.pool, system.company, caseId);
  return records;
}

describe("what the rules execute", () => {
  test("is taken back from people once the agents are back, decided anew, and its question says why", async () => {
    const one = await asked(120_000);
    areAway = false;
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    expect(await stateOf(one)).toBe("superseded");
    await expectOneEffect(one);
    const records = await recordsOf(one.caseId);
    const decisions = records.filter(({ kind }) => kind === "decision").map(({ body }) => body);
    const [outage, anew, told] = decisions as { verdict: string; stepKey: string; decisionId: string }[];
    expect(decisions).toHaveLength(3);
    expect([outage?.verdict, anew?.verdict, told?.verdict]).toEqual(["escalate", "execute", "execute"]);
    expect(anew?.stepKey).toBe(`${outage?.stepKey}~2`);
    const moves = records.filter(({ kind }) => kind === "escalation").map(({ body }) => body);
    expect(moves.at(-1)).toMatchObject({
      change: "superseded",
      reason: `what deciding needs is back, and the rules execute: decided anew as ${anew?.decisionId}`,
    });
    const late = await answer(system, one.caseId, "approve", one.question);
    expect(late).toMatchObject({ kind: "refused", code: "superseded" });
    expect((late as { detail: string }).detail).toContain("the rules themselves");
  });

  test("is told to whoever had it in hand: who took it, put it off, or undid their approval, and nobody else", async () => {
    const one = await asked(120_000);
    const { company, pool } = system;
    const { escalationId, actionDigest } = one.question;
    const by = (personId: string) => {
      const at = new Date().toISOString();
      return { company, escalationId, personId, role: "partner-manager", at };
    };
    const moved = { kind: "moved" };
    const until = new Date(Date.now() + 600_000).toISOString();
    expect(await moveQuestion(pool, { ...by("dana"), move: "hold", until })).toMatchObject(moved);
    expect(await moveQuestion(pool, { ...by("mia"), move: "take" })).toMatchObject(moved);
    await giveVerdict(pool, { ...by("max"), verdict: "approve", actionDigest, reason: "seen", undoMs: 3_600_000 });
    expect(await moveQuestion(pool, { ...by("max"), move: "undo", words: "wrong deal" })).toMatchObject(moved);
    areAway = false;
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    const bodies = (await recordsOf(one.caseId)).map(({ body }) => body as { verdict?: string; decisionId: string });
    const decisionId = bodies.find(({ verdict }) => verdict === "execute")?.decisionId ?? "";
    const since = new Date(0).toISOString();
    const told = async (personId: string) =>
      (await readNotices(pool, { company, personId, since, takingBack: [], limit: 100 })).filter(
        (notice) => notice.escalationId === escalationId,
      );
    const detail = `what deciding needs is back, and the rules execute: decided anew as ${decisionId}`;
    for (const personId of ["dana", "mia", "max"]) {
      expect(await told(personId)).toMatchObject([{ what: "asked-no-more", caseId: one.caseId, detail }]);
    }
    expect(await told("sam")).toEqual([]);
  });

  test("waits for people while the agents stay away, and is looked at less and less often", async () => {
    const one = await asked(120_000);
    await eventually(async () => ((turns.get(one.caseId) ?? 0) >= 2 ? true : undefined), 30_000);
    expect(await stateOf(one)).toBe("open");
    const { events } = await system.client.workflow.getHandle(one.caseId).fetchHistory();
    const timers = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
      timer ? [Number(timer.startToFireTimeout?.seconds)] : [],
    );
    const { firstMs } = AGENTS_BACK;
    for (const [index, seconds] of timers.entries()) {
      expect(seconds).toBeGreaterThan((firstMs * 2 ** index) / 1_000 - 2);
      expect(seconds).toBeLessThanOrEqual((firstMs * 2 ** index) / 1_000);
    }
    areAway = false;
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    await expectOneEffect(one);
  });
});

describe("people keep", () => {
  test("what the rules ask of them anyway", async () => {
    const one = await asked(180_000);
    areAway = false;
    // No look is due for what is theirs whoever proposes it.
    await new Promise((resume) => setTimeout(resume, 2 * AGENTS_BACK.firstMs));
    expect([await stateOf(one), turns.get(one.caseId)]).toEqual(["open", 1]);
    await answer(system, one.caseId, "approve", one.question);
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    await expectOneEffect(one);
  });

  test("what they approved and may still undo", async () => {
    const one = await asked(120_000);
    const { company, pool } = system;
    const { escalationId, actionDigest } = one.question;
    const by = { company, escalationId, personId: "dana", role: "partner-manager", at: new Date().toISOString() };
    await giveVerdict(pool, { ...by, verdict: "approve", actionDigest, reason: "seen", undoMs: 3_600_000 });
    // Not woken: the case learns of it where it would take the question back.
    await backAndSeen(one);
    expect(await stateOf(one)).toBe("committing");
    const undo = { move: "undo", words: "wrong deal" } as const;
    expect(await moveQuestion(pool, { ...by, at: new Date().toISOString(), ...undo })).toMatchObject({ kind: "moved" });
    await system.client.workflow.getHandle(one.caseId).signal("questionMoved", { escalationId });
    const again = await openEscalationOf(system, one.caseId);
    await answer(system, one.caseId, "approve", again);
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    await expectOneEffect(one);
  });

  test("what they asked back about", async () => {
    const one = await asked(120_000);
    const { company, pool } = system;
    const at = new Date().toISOString();
    const who = { company, escalationId: one.escalationId, personId: "dana", role: "partner-manager", at };
    expect(await moveQuestion(pool, { ...who, move: "ask", words: "which floor?" })).toMatchObject({ kind: "moved" });
    await backAndSeen(one);
    expect(await stateOf(one)).toBe("info-requested");
    await answer(system, one.caseId, "approve", one.question);
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    await expectOneEffect(one);
  });

  test("what their record asks otherwise by now, until they see that", async () => {
    const one = await asked(120_000);
    await givenCrmObject(system.pool, system.company, "deal", one.objectId, { quote_net_price: "82000.00" });
    await backAndSeen(one);
    expect(await stateOf(one)).toBe("open");
    await answer(system, one.caseId, "approve", one.question);
    const anew = await openEscalationOf(system, one.caseId, one.escalationId);
    await answer(system, one.caseId, "approve", anew);
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    await expectOneEffect(one);
  });
});

test("answers and the agents' return at the same time: each case has one effect, by one of them", async () => {
  const many = await Promise.all(Array.from({ length: 12 }, () => asked(120_000)));
  areAway = false;
  const given = await Promise.all(
    many.map(async ({ caseId, question }, n) => {
      await new Promise((resume) => setTimeout(resume, AGENTS_BACK.firstMs - 2_000 + n * 250));
      return answer(system, caseId, "approve", question).catch((error: unknown) => error);
    }),
  );
  for (const [n, one] of many.entries()) {
    expect(await result(one.caseId)).toEqual({ outcomes: ["executed"] });
    await expectOneEffect(one);
    const isTaken = (given[n] as { kind?: string }).kind !== "refused";
    expect([isTaken, await stateOf(one)]).toEqual([isTaken, isTaken ? "executed" : "superseded"]);
  }
});
