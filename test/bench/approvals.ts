import { setTimeout as sleep } from "node:timers/promises";
import { givenQuote } from "../fixtures/programme.ts";
import { postBatch, quoteAsked } from "../setup/hubspot.ts";
import { COMPANY, SECRET, startStack, type Stack } from "../setup/stack.ts";
import type { Engines } from "../setup/start-engines.ts";
import { eventually } from "../setup/system.ts";
import { readCpuMs } from "./cost.ts";
import { givenPartners, partnerOf } from "./partners.ts";
import { quantile } from "./ratio.ts";

/** Approvals at a fixed rate. Times are from the instant an approval was due to be sent to the receipt of its effect. */
export type Approved = {
  readonly name: string;
  readonly approvals: number;
  readonly approvalsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the first and of the last quarter: where the second is not the longer one, no queue grew. */
  readonly firstP50Ms: number;
  readonly lastP50Ms: number;
  /** Given and not yet acted on, at most and when the last one was given. */
  readonly longestQueue: number;
  readonly queueAtEnd: number;
  /** What one approval takes of all processes together, its effect and write-back included. Milliseconds. */
  readonly cpuMs: number;
};

const APPROVALS = 200;
const PER_SECOND = 10;
const WARM_UP = 40;
/** Between a manager's and an executive's discount. */
const DISCOUNT_PPM = 180_000;
const WAIT_MS = 180_000;

type Asked = { readonly escalationId: string; readonly actionDigest: string; readonly stepKey: string };
type Effected = { readonly givenMs: number; readonly doneMs: number };

/** Quotes that wait for people in the real processes, then answered over HTTP at a fixed rate, whatever it takes. */
export async function approvals(engines: Pick<Engines, "cacheFolder" | "temporalBinary">): Promise<Approved> {
  const stack = await startStack(engines);
  try {
    await Promise.all([stack.start("temporal"), stack.start("gateway")]);
    await stack.start("worker");
    await givenPartners(stack.pool, COMPANY);
    await answered(stack, await waiting(stack, 1_000_000, WARM_UP));
    const asked = await waiting(stack, 2_000_000, APPROVALS);
    const before = cpuMsOf(stack);
    const times = await answered(stack, asked);
    const cpuMs = (cpuMsOf(stack) - before) / APPROVALS;
    const took = times.map(({ givenMs, doneMs }) => doneMs - givenMs);
    const quarter = APPROVALS / 4;
    const queues = times.map(
      ({ givenMs: now }) => times.filter((one) => one.givenMs <= now && one.doneMs > now).length,
    );
    return {
      name: "approvals",
      approvals: APPROVALS,
      approvalsPerSecond: PER_SECOND,
      p50Ms: quantile(took, 0.5),
      p99Ms: quantile(took, 0.99),
      firstP50Ms: quantile(took.slice(0, quarter), 0.5),
      lastP50Ms: quantile(took.slice(-quarter), 0.5),
      longestQueue: Math.max(...queues),
      queueAtEnd: queues.at(-1) ?? 0,
      cpuMs,
    };
  } finally {
    await stack.stop();
  }
}

function cpuMsOf(stack: Stack): number {
  const groups = Object.entries(stack.pids()).map(([name, pid]) => [name, { pid, children: true }] as const);
  return Object.values(readCpuMs(Object.fromEntries(groups))).reduce((sum, ms) => sum + ms, 0);
}

/** Asks for quotes that go to people, and waits until every one of them is asked about. */
async function waiting(stack: Stack, first: number, count: number): Promise<readonly Asked[]> {
  for (let number = first; number < first + count; number += 1) {
    await givenQuote(stack.pool, COMPANY, String(number), DISCOUNT_PPM, { partner_id: partnerOf(number) });
    const response = await postBatch(stack.gatewayUrl, SECRET, [
      quoteAsked({ objectId: String(number), eventId: number }),
    ]);
    if (response.status !== 202) throw new Error(`the gateway answered ${response.status}`);
  }
  return eventually(async () => {
    const { rows } = await stack.pool.query<Asked>(
      `select escalation_id as "escalationId", action_digest as "actionDigest", step_key as "stepKey"
       from escalation where company = $1 and state = 'open'`,
      [COMPANY],
    );
    return rows.length === count ? rows : undefined;
  }, WAIT_MS);
}

/** Approves one after the other at the fixed rate, and waits for the effect of each. */
async function answered(stack: Stack, asked: readonly Asked[]): Promise<readonly Effected[]> {
  const startMs = Date.now();
  const dueMs = (index: number) => startMs + (index * 1_000) / PER_SECOND;
  await Promise.all(
    asked.map(async ({ escalationId, actionDigest }, index) => {
      await sleep(dueMs(index) - Date.now());
      const response = await fetch(`${stack.gatewayUrl}/v1/escalations/${escalationId}/approve`, {
        method: "POST",
        headers: { authorization: `Bearer ${stack.token}`, "content-type": "application/json" },
        body: JSON.stringify({ actionDigest, reason: "seen" }),
      });
      if (response.status !== 200) throw new Error(`the gateway answered ${response.status}: ${await response.text()}`);
    }),
  );
  const doneMs = await eventually(() => settledOf(stack, asked), WAIT_MS);
  return asked.map(({ stepKey }, index) => ({ givenMs: dueMs(index), doneMs: doneMs.get(stepKey) ?? Number.NaN }));
}

/** When the effect of each was settled, by the database's clock; undefined while one is missing. */
async function settledOf({ pool }: Stack, asked: readonly Asked[]): Promise<ReadonlyMap<string, number> | undefined> {
  const { rows } = await pool.query<{ key: string; recorded_at: string }>(
    `select d.step_key as key, r.recorded_at
     from decision d
     join permit m on m.company = d.company and m.decision_id = d.decision_id
     join audit_record r on r.company = m.company and r.key = m.effect_key || '/receipt/done'
     where d.company = $1 and d.step_key = any ($2)`,
    [COMPANY, asked.map(({ stepKey }) => stepKey)],
  );
  if (rows.length < asked.length) return undefined;
  return new Map(rows.map(({ key, recorded_at: at }) => [key, Date.parse(at)]));
}
