import { resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readRecords, type LedgerPool } from "../../audit/records.ts";
import { tellStory } from "../../audit/story.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import type { EventRef } from "../../domain/event.ts";
import { taskQueue, WORKFLOW_TASK_TIMEOUT_MS } from "../../temporal.config.ts";
import { heldAgainstSchema, historiesOf } from "../fixtures/engine-payloads.ts";
import { historyText } from "../fixtures/history.ts";
import { apiOn } from "../fixtures/api.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { keptLog } from "../fixtures/log.ts";
import { givenPartner, givenQuote, quoteDeskSays } from "../fixtures/programme.ts";
import { skipTime } from "../../app/engine/skip-time.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

const DAY_MS = 86_400_000;
const PARTNER = "juniper";
const workflowsPath = resolve(import.meta.dirname, "../fixtures/agreeing-case.ts");

let system: System;
/** The partner is a company of its own, with its own login on the same database. */
let juniper: LedgerPool;
/** Both gateways; each company's other door is known by its address. */
let open: Gateway[] = [];
let next = 1;

beforeAll(async () => {
  system = await startSystem({ workflowsPath });
  juniper = await system.database.poolOf(PARTNER);
  const { pool, company } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  await givenPerson(pool, company, { personId: "dana", name: "Dana", role: "partner-manager" }, "token-dana");
  await givenPerson(pool, company, { personId: PARTNER, name: "Juniper", role: "peer" }, "token-of-juniper");
  await givenPerson(juniper, PARTNER, { personId: "zoe", name: "Zoe", role: "partner-manager" }, "token-zoe");
  await givenPerson(juniper, PARTNER, { personId: company, name: "Ours", role: "peer" }, "token-of-ours");
});
afterEach(async () => {
  await Promise.all(open.map((gateway) => gateway.stop()));
  open = [];
});
afterAll(() => system.stop());

/** Ports are given when a gateway opens: the partner's is opened first, and told of ours by a second start. */
async function openBoth(log = keptLog().log): Promise<{ ours: string; theirs: string }> {
  const { pool, company, client, queuePrefix } = system;
  const engine = temporalEngine(() => Promise.resolve(client), taskQueue(queuePrefix, "orchestration"));
  const reserved = await gatewayWith({ pool, company, engine, log });
  const port = Number(new URL(reserved.url).port);
  await reserved.stop();
  const url = `http://127.0.0.1:${port}`;
  const theirs = await gatewayWith({
    pool: juniper,
    company: PARTNER,
    peers: { [company]: { url, token: "token-of-juniper" } },
    log,
  });
  const ours = await gatewayWith({
    pool,
    company,
    engine,
    log,
    port,
    peers: { [PARTNER]: { url: theirs.url, token: "token-of-ours" } },
  });
  open = [ours, theirs];
  return { ours: ours.url, theirs: theirs.url };
}

/** A quote that the rules alone would approve, in a case that asks the partner first. */
async function start(discountPpm = 120_000, days = 7): Promise<{ caseId: string; objectId: string }> {
  const { pool, company, client, queuePrefix } = system;
  const objectId = `d${next++}`;
  await givenQuote(pool, company, objectId, discountPpm);
  const caseId = `${company}:quoting:crm-deal-${objectId}`;
  const expiresAt = new Date(Date.now() + days * DAY_MS).toISOString();
  const input = { company, functionId: "quoting", objectType: "deal", objectId };
  await client.workflow.signalWithStart("agreeingCase", {
    workflowId: caseId,
    taskQueue: taskQueue(queuePrefix, "orchestration"),
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
    args: [input, { partners: [PARTNER], role: "partner-manager", expiresAt }],
    signal: "eventArrived",
    signalArgs: [eventOf(objectId, "1")],
  });
  return { caseId, objectId };
}

function eventOf(objectId: string, n: string): EventRef {
  const at = new Date().toISOString();
  const { company } = system;
  const names = { company, functionId: "quoting", source: "hubspot", system: "crm", objectType: "deal", objectId };
  return { eventId: `evt_${objectId}_${n}`, ...names, occurredAt: at, receivedAt: at };
}

type Shown = {
  agreementId: string;
  digest: string;
  state: string;
  ask: string;
  said: { side: string; by: string | null }[];
};
type Answered = { status: number; code?: string; state?: string };
type Side = { readonly url: string; readonly token: string };

async function asked(caseId: string): Promise<Shown> {
  return eventually(async () => {
    const { rows } = await system.pool.query<Shown>(
      `select agreement_id as "agreementId", digest, state from agreement where case_id = $1 order by asked_at desc`,
      [caseId],
    );
    return rows[0];
  });
}

async function shown({ url, token }: Side, agreementId: string): Promise<Shown | undefined> {
  const response = await fetch(`${url}/v1/agreements/${agreementId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return response.status === 200 ? ((await response.json()) as Shown) : undefined;
}

const standsAt = (side: Side, agreementId: string, state: string) =>
  eventually(async () => ((await shown(side, agreementId))?.state === state ? true : undefined));

const request = ({ digest }: Pick<Shown, "digest">, token: string, reason?: string) => ({
  method: "POST",
  headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": `k-${next++}` },
  body: JSON.stringify({ digest, ...(reason !== undefined && { reason }) }),
});

async function say({ url, token }: Side, word: string, about: Shown, reason?: string): Promise<Answered> {
  const response = await fetch(`${url}/v1/agreements/${about.agreementId}/${word}`, request(about, token, reason));
  return { ...((await response.json()) as object), status: response.status };
}

async function sides() {
  const { ours, theirs } = await openBoth();
  return { dana: { url: ours, token: "token-dana" }, zoe: { url: theirs, token: "token-zoe" } };
}

const result = (caseId: string): Promise<unknown> => system.client.workflow.getHandle(caseId).result();
const approved = async (objectId: string) =>
  (await quoteDeskSays(system.pool, system.company)).approvals.filter(({ quote_id }) => quote_id === `Q-${objectId}`);

describe("a step that takes both companies' oks", () => {
  test("is done once both said ok, each at its own door, and both know", async () => {
    const { dana, zoe } = await sides();
    const { caseId, objectId } = await start();
    const agreement = await asked(caseId);
    await standsAt(zoe, agreement.agreementId, "asked");
    expect(await shown(zoe, agreement.agreementId)).toMatchObject({
      digest: agreement.digest,
      caseId: expect.stringContaining("juniper:agreement:") as string,
    });
    expect(await say(zoe, "ok", agreement, "fits us")).toMatchObject({ status: 200 });
    expect(await approved(objectId)).toEqual([]);
    expect(await say(dana, "ok", agreement)).toMatchObject({ status: 200 });
    expect(await say(dana, "ok", agreement)).toMatchObject({ status: 200 });
    expect(await result(caseId)).toBe("executed");
    expect(await approved(objectId)).toHaveLength(1);
    await standsAt(dana, agreement.agreementId, "done");
    await standsAt(zoe, agreement.agreementId, "done");
    // Who said it stays at home.
    const said = (await shown(dana, agreement.agreementId))?.said ?? [];
    expect(Object.fromEntries(said.map(({ side, by }) => [side, by]))).toEqual({
      [system.company]: "dana",
      [PARTNER]: null,
    });
    const { records } = await readRecords(juniper, PARTNER, `juniper:agreement:${agreement.agreementId}`);
    expect(tellStory(records).map(({ text }) => text)).toContain("agrees for juniper: fits us");
    expect(await say(zoe, "withdraw", agreement)).toMatchObject({ status: 409, code: "too-late" });
  });

  test("is not done when one refuses", async () => {
    const { dana, zoe } = await sides();
    const { caseId, objectId } = await start();
    const agreement = await asked(caseId);
    await say(dana, "ok", agreement);
    await standsAt(zoe, agreement.agreementId, "asked");
    await say(zoe, "refuse", agreement);
    expect(await result(caseId)).toBe("refused: sides-refused");
    expect(await approved(objectId)).toEqual([]);
    await standsAt(zoe, agreement.agreementId, "refused");
  });

  test("lapses by silence, and tells the other side", async () => {
    const { dana, zoe } = await sides();
    const { caseId, objectId } = await start();
    const agreement = await asked(caseId);
    await say(dana, "ok", agreement);
    await standsAt(zoe, agreement.agreementId, "asked");
    await skipTime(system.client, caseId, 7 * 86_400 + 60);
    expect(await result(caseId)).toBe("refused: sides-lapsed");
    expect(await approved(objectId)).toEqual([]);
    await standsAt(zoe, agreement.agreementId, "lapsed");
    expect(await say(zoe, "ok", agreement)).toMatchObject({ status: 409, code: "already-decided" });
  });

  test("is withdrawn by a newer event", async () => {
    const { zoe } = await sides();
    const { caseId, objectId } = await start();
    const agreement = await asked(caseId);
    await standsAt(zoe, agreement.agreementId, "asked");
    await system.client.workflow.getHandle(caseId).signal("eventArrived", eventOf(objectId, "2"));
    expect(await result(caseId)).toBe("refused: sides-withdrawn");
    await standsAt(zoe, agreement.agreementId, "withdrawn");
  });

  test("is not done when a side withdraws while people are still asked: the intent is refused", async () => {
    const { dana, zoe } = await sides();
    const { caseId, objectId } = await start(180_000);
    const agreement = await asked(caseId);
    await say(dana, "ok", agreement);
    await standsAt(zoe, agreement.agreementId, "asked");
    await say(zoe, "ok", agreement);
    const escalation = await openEscalationOf(system, caseId);
    await standsAt(zoe, agreement.agreementId, "ready");
    expect(await say(zoe, "withdraw", agreement)).toMatchObject({ status: 200 });
    await standsAt(dana, agreement.agreementId, "withdrawn");
    await answer(system, caseId, "approve", escalation);
    expect(await result(caseId)).toBe("refused: not-agreed");
    const { records } = await readRecords(system.pool, system.company, caseId);
    const refusal = records.find(({ kind }) => kind === "refusal");
    expect(refusal?.body["reason"]).toBe(`agreement ${agreement.agreementId} is withdrawn`);
    expect(await approved(objectId)).toEqual([]);
  });

  test("that people reject is taken back from the partner", async () => {
    const { dana, zoe } = await sides();
    const { caseId } = await start(180_000);
    const agreement = await asked(caseId);
    await say(dana, "ok", agreement);
    await standsAt(zoe, agreement.agreementId, "asked");
    await say(zoe, "ok", agreement);
    await answer(system, caseId, "reject", await openEscalationOf(system, caseId));
    expect(await result(caseId)).toBe("rejected");
    await standsAt(zoe, agreement.agreementId, "withdrawn");
  });

  test("is told by the next gateway when one dies between the ok and the signal", async () => {
    const { caseId } = await start();
    const agreement = await asked(caseId);
    const { pool, company } = system;
    // The APIs alone: whatever would have carried the words on is not there any more.
    const dying = apiOn(pool, { company });
    const path = `/v1/agreements/${agreement.agreementId}`;
    expect((await dying.request(`${path}/ok`, request(agreement, "token-dana"))).status).toBe(200);
    const word = {
      ...request(agreement, "token-of-juniper"),
      body: JSON.stringify({ word: "ok", digest: agreement.digest }),
    };
    // Juniper never said so at its own door: our ledger has its word all the same, its own copy will not believe it.
    expect((await dying.request(`${path}/words`, word)).status).toBe(200);
    expect((await system.client.workflow.getHandle(caseId).describe()).status.name).toBe("RUNNING");
    await openBoth();
    expect(await result(caseId)).toBe("executed");
  });
});

test("no person, reason or argument reaches the engine, a log or what waits to be told", async () => {
  const { log, lines } = keptLog();
  const { ours, theirs } = await openBoth(log);
  const { caseId, objectId } = await start();
  const agreement = await asked(caseId);
  const [dana, zoe] = [
    { url: ours, token: "token-dana" },
    { url: theirs, token: "token-zoe" },
  ];
  await standsAt(zoe, agreement.agreementId, "asked");
  await say(zoe, "ok", agreement, "because of Mia");
  await say(dana, "ok", agreement, "because of Kim");
  expect(await result(caseId)).toBe("executed");
  await standsAt(zoe, agreement.agreementId, "done");
  const history = await historyText(system.client, caseId);
  expect(history).toContain(agreement.agreementId);
  const outbox = JSON.stringify(
    (await system.database.pool.query("select payload from outbox where topic in ('word', 'agreement')")).rows,
  );
  for (const word of ["Mia", "Kim", "zoe", "dana", `Q-${objectId}`, "token-of"]) {
    expect([word, history.includes(word)]).toEqual([word, false]);
    expect([word, outbox.includes(word)]).toEqual([word, false]);
    expect([word, JSON.stringify(lines).includes(word)]).toEqual([word, false]);
  }
});

test("what the engine was told of agreements is ids, digests, times and words of a closed list", async () => {
  const { wrong, seen } = heldAgainstSchema(await historiesOf(system.client, system.company), "agreeingCase");
  expect(wrong).toEqual([]);
  const calls = ["askSides answers", "readAgreement answers", "lapseAgreement answers", "withdrawAgreement answers"];
  expect(Object.keys(seen)).toEqual(expect.arrayContaining([...calls, "signal agreementChanged"]));
});
