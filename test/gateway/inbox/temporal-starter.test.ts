import { Client, Connection } from "@temporalio/client";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { caseStartOf } from "../../../gateway/inbox/case-start.ts";
import { temporalEngine } from "../../../gateway/inbox/temporal-starter.ts";
import { taskQueue } from "../../../temporal.config.ts";
import { openEscalationOf } from "../../fixtures/escalations.ts";
import { givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { personRefOf } from "../../../audit/person-ref.ts";
import { startSystem, type System } from "../../setup/system.ts";

const AT = "2026-03-02T09:00:00.000Z";

function delivery(eventId: string, company = "acme") {
  const common = { company, functionId: "quoting", objectType: "deal", objectId: "1" };
  const event = { ...common, eventId, source: "hubspot", system: "crm", occurredAt: AT, receivedAt: AT };
  return [caseStartOf(common), event] as const;
}

describe("events on the real server", () => {
  let connection: Connection;
  let client: Client;
  beforeAll(async () => {
    connection = await Connection.connect({ address: inject("temporalAddress") });
    client = new Client({ connection });
  });
  afterAll(() => connection.close());

  test("the first starts the case and the next is signalled to the same run", async () => {
    const caseId = `acme:quoting:crm-deal-${randomBytes(4).toString("hex")}`;
    const engine = temporalEngine(() => Promise.resolve(client), "nobody-works-here");
    await engine.deliverEvent(caseId, ...delivery("evt_1"));
    await engine.deliverEvent(caseId, ...delivery("evt_2"));
    const { events } = await client.workflow.getHandle(caseId).fetchHistory();
    const started = events?.map(({ workflowExecutionStartedEventAttributes: attributes }) => attributes).find(Boolean);
    expect(started).toMatchObject({ workflowType: { name: "governedCase" }, taskQueue: { name: "nobody-works-here" } });
    const signals = events?.map(({ workflowExecutionSignaledEventAttributes: attributes }) => attributes?.signalName);
    expect(signals?.filter(Boolean)).toEqual(["eventArrived", "eventArrived"]);
    await client.workflow.getHandle(caseId).terminate();
  });

  test("a case that a batch opens comes after the others", async () => {
    const engine = temporalEngine(() => Promise.resolve(client), "nobody-works-here");
    const priorityOf = async (source: string) => {
      const caseId = `acme:quoting:crm-deal-${randomBytes(4).toString("hex")}`;
      const [start, event] = delivery("evt_1");
      await engine.deliverEvent(caseId, start, { ...event, source });
      const { events } = await client.workflow.getHandle(caseId).fetchHistory();
      await client.workflow.getHandle(caseId).terminate();
      return events?.[0]?.workflowExecutionStartedEventAttributes?.priority?.priorityKey;
    };
    expect(await priorityOf("batch")).toBe(5);
    expect(await priorityOf("hubspot")).toBeUndefined();
  });

  test("a verdict for a case that does not run is gone", async () => {
    const engine = temporalEngine(() => Promise.resolve(client), "q");
    const message = { escalationId: "e", actionDigest: "d", person: "p", role: "r" };
    expect(await engine.deliverVerdict("acme:quoting:crm-deal-never", message, "k")).toEqual({ kind: "gone" });
  });

  test("a reply reaches a case that runs, and is gone for one that does not", async () => {
    const caseId = `acme:quoting:crm-deal-${randomBytes(4).toString("hex")}`;
    const engine = temporalEngine(() => Promise.resolve(client), "nobody-works-here");
    expect(await engine.deliverReply(caseId, { correlation: "offer-1" })).toBe("gone");
    await engine.deliverEvent(caseId, ...delivery("evt_1"));
    expect(await engine.deliverReply(caseId, { correlation: "offer-1" })).toBe("woken");
    await client.workflow.getHandle(caseId).terminate();
    expect(await engine.deliverReply(caseId, { correlation: "offer-1" })).toBe("gone");
  });

  test("a server that cannot be reached is a failure, never an answer", async () => {
    const away = new Client({ connection: Connection.lazy({ address: "127.0.0.1:9" }) });
    const engine = temporalEngine(() => Promise.resolve(away), "q", 300);
    const message = { escalationId: "e", actionDigest: "d", person: "p", role: "r" };
    await expect(engine.answers(300)).rejects.toThrow(/./);
    await expect(engine.deliverVerdict("acme:case", message, "k")).rejects.toThrow(/./);
    await expect(engine.deliverEvent("acme:case", ...delivery("evt_1"))).rejects.toThrow(/./);
    await expect(engine.deliverReply("acme:case", { correlation: "offer-1" })).rejects.toThrow(/./);
    await temporalEngine(() => Promise.resolve(client), "q").answers(5_000);
  });
});

describe("verdicts for a case that waits", () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system.stop());

  test("turn away what is not meant for the open question, and wake it once for what is", async () => {
    const { pool, company, client, queuePrefix } = system;
    await givenPartner(pool, company, { partnerId: "partner-7" });
    await givenQuote(pool, company, "1", 180_000);
    const engine = temporalEngine(() => Promise.resolve(client), taskQueue(queuePrefix, "orchestration"));
    const caseId = `${company}:quoting:crm-deal-1`;
    await engine.deliverEvent(caseId, ...delivery("evt_1", company));
    const { escalationId, actionDigest, role } = await openEscalationOf(system, caseId);
    const message = { escalationId, actionDigest, person: personRefOf(pool.vault, company, "dana"), role };
    const wrong = { ...message, escalationId: "esc_other" };
    expect(await engine.deliverVerdict(caseId, wrong, "k1")).toEqual({
      kind: "turned-away",
      reason: "another question is open",
    });
    expect(await engine.deliverVerdict(caseId, message, "k2")).toEqual({ kind: "woken" });
    expect(await engine.deliverVerdict(caseId, message, "k2")).toEqual({ kind: "woken" });
  });
});
