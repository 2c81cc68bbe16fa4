import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { acceptEvents } from "../../../gateway/inbox/accept.ts";
import { wallTime } from "../../../db/company-clock.ts";
import { createReadTools } from "../../../deciding/read-tools.ts";
import { embeddedAdapters } from "../../../tools/adapters.ts";
import { createDecideService } from "../../../deciding/service.ts";
import { policiesOf } from "../../../deciding/policies.ts";
import { givenAsked } from "../../fixtures/agreements.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { decideApi, goes, request } from "../../fixtures/decide.ts";
import { shippingPolicy } from "../../fixtures/foreign-policy.ts";
import { hubspotEvent, NOW_MS, SECRET, signedRequest, TARGET } from "../../fixtures/hubspot.ts";
import { incomingEvent } from "../../fixtures/inbox.ts";
import { faultsOf, operationsOf, valueOf, type Operation } from "../../fixtures/openapi.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

const document = JSON.parse(readFileSync(resolve(import.meta.dirname, "../../../docs/openapi.json"), "utf8")) as object;
const operations = operationsOf(document);

let database: TestDatabase;
/** Who may ask, beside nobody. */
let people: readonly { readonly [name: string]: string }[];
/** Ids of things that are there, for parameters of these names. */
let ids: { readonly [parameter: string]: readonly string[] };
beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  const decide = await decideApi(pool);
  const roles = { ola: "ops-engineer", max: "partner-manager", juniper: "peer", cpq: "system" };
  people = await Promise.all(Object.entries(roles).map(([id, role]) => headersOf(pool, id, role)));
  const asked = await decide.ask(request({ ...goes, hours: 49 }));
  const events = [incomingEvent("new"), incomingEvent("old", { occurredAt: "2026-03-01T09:00:00.000Z" })];
  await acceptEvents(pool, events);
  await apiOn(pool).request(signedRequest([7]));
  const { rows } = await pool.query<{ id: string }>("select quarantine_id as id from quarantined_event");
  const { agreementId, caseId } = await givenAsked(pool, "1");
  ids = {
    escalationId: [asked.body.escalationId ?? ""],
    decisionId: [asked.body.decisionId],
    id: [asked.body.decisionId, caseId],
    eventId: events.map(({ eventId }) => eventId),
    quarantineId: rows.map(({ id }) => id),
    agreementId: [agreementId],
    caseId: [caseId, asked.body.decisionId],
    system: ["crm", "quotes"],
    name: ["usage"],
    policyId: ["shipping", "quoting"],
  };
});
afterAll(() => database.drop({ differing: 0 }));

/** Text that has broken doors before. */
const odd = fc.constantFrom(
  "",
  " ",
  "\0",
  "a\0b",
  "\uD800",
  "\u202E",
  "../../etc/passwd",
  "%00",
  "%",
  "%ff",
  "'; drop table inbox; --",
  "infinity",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "a".repeat(3_000),
  "__proto__",
  "1e400",
  "9007199254740993",
);

const oddJson = fc.oneof(
  odd,
  fc.constantFrom(null, true, -1, 0.5, 1e300, 2 ** 53, [], {}, [[[[]]]]),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A document with one of its places changed, or left out, or one more in it. */
function broken(value: unknown, at: number, instead: unknown): unknown {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return instead;
  const keys = Object.keys(value);
  const key = keys[at % (keys.length + 1)];
  if (Array.isArray(value)) {
    return key === undefined
      ? [...(value as unknown[]), instead]
      : value.map((item, n) => (String(n) === key ? broken(item, at >> 2, instead) : (item as unknown)));
  }
  const members = value as { [name: string]: unknown };
  if (key === undefined) return { ...members, surplus: instead };
  const { [key]: member, ...rest } = members;
  return at % 5 === 0 ? rest : { ...rest, [key]: broken(member, at >> 2, instead) };
}

const texts = fc.constantFrom(
  "",
  "[",
  '{"a":1,"a":2}',
  "null",
  "[1e999]",
  '{"n":12345678901234567890}',
  "\0",
  "[".repeat(70),
  "ü",
);

function bodyOf({ body }: Operation): fc.Arbitrary<{ readonly type: string; readonly text: string } | undefined> {
  const [[type, schema] = ["", {}]] = Object.entries(body);
  if (type === "") return fc.constant(undefined);
  const write = (value: unknown) =>
    type.endsWith("urlencoded")
      ? new URLSearchParams(value as { [name: string]: string }).toString()
      : JSON.stringify(value);
  const valid = valueOf(schema).map((value) => ({ type, text: write(value) }));
  const wrong = fc.tuple(valueOf(schema), fc.nat(), oddJson).map(([value, at, instead]) => {
    return { type, text: JSON.stringify(broken(value, at, instead)) ?? "" };
  });
  const foreign = fc.tuple(texts, fc.constantFrom(type, "text/plain", "multipart/form-data; boundary=x", "x", ""));
  return fc.oneof(
    valid,
    wrong,
    foreign.map(([text, other]) => ({ type: other, text })),
  );
}

/** Most values are of the parameter's own schema or an id that is there; some are none. */
function parameterOf(name: string, { schema }: Operation["parameters"][number]): fc.Arbitrary<string> {
  const written = valueOf(schema).map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  const there = ids[name] ?? [];
  return there.length === 0
    ? fc.oneof({ weight: 5, arbitrary: written }, odd)
    : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...there) }, written, odd);
}

type Asked = { readonly operation: Operation; readonly request: Request };

function requestOf(operation: Operation): fc.Arbitrary<Asked> {
  const { method, path, parameters } = operation;
  const named = Object.fromEntries(
    parameters.map((parameter) => {
      const value = parameterOf(parameter.name, parameter);
      return [
        `${parameter.in} ${parameter.name}`,
        parameter.required ? value : fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, value),
      ];
    }),
  );
  const who = fc.constantFrom(...people, people[0] ?? {}, people[0] ?? {}, {});
  return fc.tuple(fc.record(named), bodyOf(operation), who).map(([values, body, headers]) => {
    const of = (place: string) =>
      Object.entries(values).flatMap(([name, value]) => {
        const [where = "", what = ""] = name.split(" ");
        return where === place && value !== undefined ? [[what, value] as const] : [];
      });
    const url = new URL(
      path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(of("path").find(([what]) => what === name)?.[1])),
      TARGET,
    );
    for (const [name, value] of of("query")) url.searchParams.append(name, value.toWellFormed());
    const sent = new Headers(headers);
    for (const [name, value] of of("header")) if (isHeader(value)) sent.set(name, value);
    if (body === undefined) return { operation, request: new Request(url, { method, headers: sent }) };
    if (path.startsWith("/webhooks/")) return { operation, request: signedRequest(body.text, { secret: SECRET }) };
    sent.set("content-type", body.type);
    return { operation, request: new Request(url, { method, headers: sent, body: body.text }) };
  });
}

/** A path that a URL does not shorten: nothing and dots are names too. */
function encoded(value = "x"): string {
  const text = encodeURIComponent(value.toWellFormed());
  return /^\.{0,2}$/.test(text) ? "x" : text;
}

function isHeader(value: string): boolean {
  return /^[\x20-\x7e\x80-\xff]*$/.test(value);
}

/** What is wrong with an answer, by the document. */
async function faultsIn({ operation, request: asked }: Asked, response: Response): Promise<readonly string[]> {
  const { status, headers } = response;
  const text = await response.text();
  if (status >= 500) return [`${status}: ${text}`];
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  if (headers.get("x-content-type-options") !== "nosniff") return ["no nosniff"];
  // A path that an odd id turned into another one.
  if ((status === 404 || status === 405) && !hasPath(operation, asked)) return [];
  const answer = operation.answers[status];
  if (answer === undefined) return [`${status} is not documented: ${text}`];
  const schema = answer[type];
  if (schema === undefined) return Object.keys(answer).length === 0 ? [] : [`${status} is not documented as ${type}`];
  return type.endsWith("json") ? faultsOf(schema, JSON.parse(text)).map((fault) => `${status} ${fault}: ${text}`) : [];
}

function hasPath({ path }: Operation, { url }: Request): boolean {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(new URL(url).pathname);
}

test("the document describes every kind of request", () => {
  expect(operations.length).toBeGreaterThan(50);
  expect(Object.keys(operations.find(({ path }) => path === "/v1/events")?.answers ?? {})).toContain("200");
});

test(
  "whatever is asked, no answer is 5xx, and each is of a documented status and form",
  { timeout: 60_000 },
  async () => {
    const at = () => new Date(NOW_MS).toISOString();
    const policies = policiesOf({ shipping: shippingPolicy() });
    const decisions = createDecideService({ pool: database.pool, company: "acme", policies, alarm: () => {}, now: at });
    const { log, lines } = keptLog();
    const readTools = createReadTools(database.pool, embeddedAdapters(database.pool, wallTime), wallTime);
    const api = apiOn(database.pool, { at, decisions, sandbox: "open", readTools }, log);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.oneof(...operations.map(requestOf)), async (asked) => {
        const { operation, request: sent } = asked;
        const named = `${operation.method} ${sent.url}`;
        const body = await sent.clone().text();
        const response = await api.request(sent);
        seen.set(operation.path, Math.max(seen.get(operation.path) ?? 0, response.status < 300 ? 1 : 0));
        expect({
          named,
          body,
          faults: await faultsIn(asked, response),
          log: lines.filter(({ level }) => level === 50),
        }).toEqual({
          named,
          body,
          faults: [],
          log: [],
        });
      }),
      { numRuns: 1_500, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
    // A fuzz that nothing passes tries the door only: how much it tries hangs on the machine.
    expect([...seen.values()].filter((passed) => passed === 1).length).toBeGreaterThan(seen.size / 10);
  },
);

test("a sound event passes the same road", async () => {
  const answer = await apiOn(database.pool, { at: () => new Date(NOW_MS).toISOString() }).request(
    signedRequest([hubspotEvent()]),
  );
  expect(answer.status).toBe(202);
});
