import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTelemetry, type Telemetry } from "../../app/telemetry.ts";
import { taskQueue } from "../../temporal.config.ts";
import { currentTraceparent, inSpan, inTrace } from "../../engines/span.ts";
import { startRelay } from "../../gateway/inbox/relay.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { keptLog } from "../fixtures/log.ts";
import { givenPartner, givenQuote } from "../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/** What a collector is sent, as OTLP writes it in JSON. */
type Sent = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly [kind: string]: unknown } }[];
};
type Batch = { resourceSpans: { scopeSpans: { spans: Sent[] }[] }[] };

const bodies: string[] = [];
let collector: Server;
let telemetry: Telemetry;
let system: System;
beforeAll(async () => {
  collector = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      if (request.url === "/v1/traces") bodies.push(Buffer.concat(pieces).toString());
      response.setHeader("content-type", "application/json").end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(async () => {
  await system.stop();
  collector.closeAllConnections();
  collector.close();
});

const { log } = keptLog();

test("where nobody watches there is no span, and work is done as it would be", async () => {
  const off = await startTelemetry({ otlpUrl: undefined, service: "worker", log });
  expect(await inSpan("quiet", {}, async () => currentTraceparent() ?? "none")).toBe("none");
  const trace = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  expect(await inTrace(trace, async () => inSpan("quiet", {}, async () => "done"))).toBe("done");
  await off.stop();
});

function textsOf(span: Sent | undefined) {
  return Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** Asks for a decision over HTTP, as a canary, and waits until its case has ended. */
async function decidedQuote(canary: string, traceparent: string): Promise<string> {
  const { pool, company, client } = system;
  await givenQuote(pool, company, "d1", 120_000, { quote_id: `Q-${canary}` });
  const relay = startRelay({
    pool,
    starter: temporalEngine(() => Promise.resolve(client), taskQueue(system.queuePrefix, "orchestration")),
    log,
    pollMs: 20,
  });
  const headers = await headersOf(pool, "dana", "partner-manager", company);
  const api = apiOn(pool, { company, onAccepted: () => relay.poke() });
  const body = { function: "quoting", object: { system: "crm", type: "deal", id: "d1" }, reason: canary };
  const response = await api.request("/v1/cases", {
    method: "POST",
    headers: { ...headers, "idempotency-key": canary, traceparent },
    body: JSON.stringify(body),
  });
  const { caseId } = (await response.json()) as { caseId: string };
  const handle = client.workflow.getHandle(caseId);
  const ended = await eventually(() => handle.result().catch(() => undefined), 20_000);
  expect(ended).toEqual({ outcomes: ["executed"] });
  await relay.stop();
  return caseId;
}

test("a decided quote is one connected trace from the request to each model call, and says ids and counts alone", async () => {
  const { port } = collector.address() as AddressInfo;
  telemetry = await startTelemetry({ otlpUrl: `http://127.0.0.1:${port}`, service: "worker", log });
  const [traceId, canary] = ["c0ffee".padEnd(32, "1"), "canary-of-the-requester"];
  const caseId = await decidedQuote(canary, `00-${traceId}-${"d".repeat(16)}-01`);
  await telemetry.stop();
  const spans = bodies
    .flatMap((body) => (JSON.parse(body) as Batch).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans: some }) => some))
    .filter((span) => span.traceId === traceId);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const roadOf = (span: Sent | undefined): string[] =>
    span === undefined ? [] : [...roadOf(byId.get(span.parentSpanId ?? "")), span.name];
  const roads = new Set(spans.map((span) => roadOf(span).join(" > ")));
  const turns = "HTTP POST > start case > activity proposeByAgents";
  for (const role of ["intelligence", "orchestration", "compliance"]) {
    const chats = spans.filter(({ name }) => name.startsWith("chat "));
    expect([...roads], role).toContain(`${turns} > invoke_agent ${role} > ${chats[0]?.name}`);
  }
  expect([...roads]).toContain("HTTP POST > start case > activity decide");
  expect([...roads]).toContain("HTTP POST > start case > activity act");
  const runs = spans.filter(({ name }) => name.startsWith("workflow "));
  expect(runs.map((span) => [roadOf(span).join(" > "), textsOf(span)])).toEqual([
    [
      "HTTP POST > start case > workflow governedCase",
      expect.objectContaining({ "temporal.workflow.id": caseId, "temporal.workflow.end": "completed" }),
    ],
  ]);
  expect(spans.filter((span) => !roadOf(span).join().startsWith("HTTP POST"))).toEqual([]);
  const chat = spans.find(({ name }) => name.startsWith("chat "));
  expect(textsOf(chat)).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "mandate.offline",
    "gen_ai.conversation.id": caseId,
    "gen_ai.usage.input_tokens": expect.anything() as number,
  });
  for (const text of [canary, "partner-7", "dana"]) expect(bodies.join("\n"), text).not.toContain(text);
});
