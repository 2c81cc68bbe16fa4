import { afterAll, beforeAll, expect, test } from "vitest";
import type { CaseRecords } from "../../../gateway/http/cases.ts";
import type { EscalationView } from "../../../gateway/http/escalations.ts";
import type { EventView } from "../../../gateway/http/events.ts";
import type { CaseAsked } from "../../../gateway/http/open-case.ts";
import type { Gateway } from "../../../gateway/gateway.ts";
import { givenPerson } from "../../fixtures/people.ts";
import { temporalEngine } from "../../../gateway/inbox/temporal-starter.ts";
import { taskQueue } from "../../../temporal.config.ts";
import { signHubspotRequest } from "../../../gateway/webhooks/hubspot/signature.ts";
import { historyText } from "../../fixtures/history.ts";
import { gatewayWith } from "../../fixtures/gateway.ts";
import { hubspotEvent, SECRET } from "../../fixtures/hubspot.ts";
import { crmSays, givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../../setup/system.ts";

let system: System;
let gateway: Gateway;
let token = "";
beforeAll(async () => {
  system = await startSystem();
  const { pool, company, client, queuePrefix } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  const added = await givenPerson(pool, company, { personId: "dana", name: "Dana", role: "partner-manager" });
  token = added.kind === "added" ? added.token : "";
  gateway = await gatewayWith({
    pool,
    engine: temporalEngine(() => Promise.resolve(client), taskQueue(queuePrefix, "orchestration")),
    company,
    hubspotSecret: SECRET,
  });
});
afterAll(async () => {
  await gateway.stop();
  await system.stop();
});

async function asked(objectId: number, discountPpm: number): Promise<number> {
  await givenQuote(system.pool, system.company, String(objectId), discountPpm);
  const body = JSON.stringify([hubspotEvent({ objectId, occurredAt: Date.now() })]);
  const target = `${gateway.url}/webhooks/hubspot`;
  const headers = signHubspotRequest(SECRET, { method: "POST", targetUrl: target, body, sentAtMs: Date.now() });
  return (await fetch(target, { method: "POST", body, headers })).status;
}

async function call<T>(path: string, body?: object, more: { [name: string]: string } = {}): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", ...more };
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  return (await (await fetch(`${gateway.url}${path}`, init)).json()) as T;
}

const eventOf = async (objectId: number) =>
  (await call<{ events: EventView[] }>("/v1/events")).events.find((event) => event.objectId === String(objectId));

const ended = (objectId: number) =>
  eventually(async () => {
    const event = await eventOf(objectId);
    return event !== undefined && event.outcome !== "open" ? event : undefined;
  }, 20_000);

test("a signed event becomes an effect, and the list says how long that took", async () => {
  expect(await asked(2001, 120_000)).toBe(202);
  const event = await ended(2001);
  expect(event).toMatchObject({ state: "dispatched", outcome: "executed", decision: { verdict: "execute" } });
  expect(event.firstEffectMs).toBeGreaterThan(0);
});

test("a discount over the limit waits for a person, whose approval over HTTP carries it to its effect", async () => {
  expect(await asked(2002, 180_000)).toBe(202);
  const waitingFor = await eventually(async () => (await eventOf(2002))?.waitingFor ?? undefined, 20_000);
  const shown = await call<EscalationView>(`/v1/escalations/${waitingFor.escalationId}`);
  expect(shown).toMatchObject({
    ask: "Northwind, selling, asks 18 % off 100,000.00 USD on quote Q-2002",
    functionId: "quoting",
    requestedBy: "sam",
    reasoning: expect.stringMatching(/^\[offline model\] /) as string,
  });
  const verdict = { actionDigest: shown.actionDigest, reason: "strategic account" };
  expect(await call(`/v1/escalations/${shown.escalationId}/approve`, verdict)).toMatchObject({ state: "approved" });
  expect(await ended(2002)).toMatchObject({ outcome: "executed", waitingFor: null });
  const told = await eventually(async () => {
    const lines = await crmSays(system.pool, system.company);
    return lines.find(([objectId]) => objectId === "2002");
  });
  expect(told).toEqual(["2002", "quote_status", "approved"]);
});

test("a quote that nobody's system told of is decided when a person asks, and only the record knows who", async () => {
  await givenQuote(system.pool, system.company, "2003", 120_000);
  const request = { function: "quoting", object: { system: "crm", type: "deal", id: "2003" }, reason: "they wait" };
  const { caseId, eventId } = await call<CaseAsked>("/v1/cases", request, { "idempotency-key": "road" });
  expect(await ended(2003)).toMatchObject({ eventId, caseId, source: "asked", outcome: "executed" });
  const { records } = await call<CaseRecords>(`/v1/cases/${encodeURIComponent(caseId)}/records`);
  expect(records[0]).toMatchObject({ kind: "event", body: { askedBy: "dana", reason: "they wait" } });
  const payloads = await historyText(system.client, caseId);
  expect(payloads).toContain(eventId);
  expect(payloads).not.toMatch(/dana|they wait/);
});
