import { randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wallTime } from "../../../db/company-clock.ts";
import { policiesOf } from "../../../deciding/policies.ts";
import { createDecideService } from "../../../deciding/service.ts";
import type { Gateway } from "../../../gateway/gateway.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { countingPolicy } from "../../fixtures/foreign-policy.ts";
import { gatewayWith } from "../../fixtures/gateway.ts";
import { hubspotEvent, signedRequest } from "../../fixtures/hubspot.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let dana: { [name: string]: string };
beforeAll(async () => {
  database = await testDatabase();
  dana = await headersOf(database.pool, "dana", "partner-manager");
});
afterAll(() => database.drop());

/** Of what the product decides, and of counts. */
const decisions = () =>
  createDecideService({
    pool: database.pool,
    company: "acme",
    policies: policiesOf({ counting: countingPolicy() }),
    alarm: () => {},
    now: wallTime,
  });

type Asked = { readonly body?: string; readonly headers?: { readonly [name: string]: string } };

async function ask(method: string, path: string, { body, headers = {} }: Asked = {}) {
  const sent = { ...dana, "idempotency-key": randomUUID(), ...headers };
  const response = await apiOn(database.pool, { decisions: decisions() }).request(path, {
    method,
    headers: sent,
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const problem = (text === "" ? {} : JSON.parse(text)) as { code?: string; errors?: { pointer: string }[] };
  return { status: response.status, headers: response.headers, ...problem };
}

const decision = (facts: string, policy = "quoting") => `{"policy":"${policy}","ref":"Q-1","facts":${facts}}`;

describe("a body of another kind is refused, and never breaks anything", () => {
  test.for([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/json",
    "json",
    "",
  ])("`%s` where JSON is taken is 415", async (type) => {
    const answer = await ask("POST", "/v1/events", { body: "{}", headers: { "content-type": type } });
    expect([answer.status, answer.code]).toEqual([415, "not-json"]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  test.for(["application/json", "application/json; charset=utf-8", "Application/JSON", "application/cloudevents+json"])(
    "`%s` is JSON",
    async (type) => {
      const answer = await ask("POST", "/v1/events", { body: "{}", headers: { "content-type": type } });
      expect([answer.status, answer.code]).toEqual([400, "validation"]);
    },
  );

  test("a release is read as strictly", async () => {
    const path = `/v1/releases/${"0".repeat(64)}`;
    const answer = await ask("PUT", path, { body: "{}", headers: { "content-type": "text/plain" } });
    expect([answer.status, answer.code]).toEqual([415, "not-json"]);
  });

  test("and so is the form of a link", async () => {
    const answer = await ask("POST", "/agree", { body: "token=a", headers: { "content-type": "multipart/form-data" } });
    expect([answer.status, answer.code]).toEqual([415, "not-json"]);
  });

  test("a webhook is known by its signature, whatever its sender calls it", async () => {
    const request = signedRequest([hubspotEvent()], { headers: { "content-type": "text/plain" } });
    expect((await apiOn(database.pool).request(request)).status).toBe(202);
  });
});

describe("text that the database cannot keep is refused where it stands", () => {
  test.for([
    ["GET", "/v1/escalations/a%00b"],
    ["GET", "/v1/cases/a%00b/records"],
    ["GET", "/v1/replies/%00"],
    ["GET", "/v1/batches?source=a%00b"],
    ["GET", "/v1/decisions/history?policy=%00"],
    ["GET", "/v1/escalations?%00=1"],
    ["POST", "/v1/batches/usage%00?window=2026-03"],
  ] as const)("%s %s", async ([method, path]) => {
    const answer = await ask(method, path);
    expect([answer.status, answer.code]).toEqual([400, "validation"]);
  });

  test.for([
    ["a NUL in a value", String.raw`{"a":"x\u0000"}`, "/facts/a"],
    ["half a character", String.raw`{"a":["x","\ud83d"]}`, "/facts/a/1"],
    ["a NUL in a key", String.raw`{"a\u0000":1}`, "/facts"],
  ] as const)("in a body: %s", async ([, facts, pointer]) => {
    const answer = await ask("POST", "/v1/decisions", { body: decision(facts) });
    expect([answer.status, answer.errors?.map((error) => error.pointer)]).toEqual([400, [pointer]]);
  });

  test("but a whole character in two escapes is text", async () => {
    const body = decision(String.raw`{"partner":"\ud83d\ude00 \\u0000"}`);
    expect((await ask("POST", "/v1/decisions", { body })).status).toBe(200);
  });

  test.for(["\u00ff", "a\u0080b", '"', "a\tb"])("and no idempotency key: %j", async (key) => {
    const answer = await ask("POST", "/v1/decisions", { body: decision("{}"), headers: { "idempotency-key": key } });
    expect([answer.status, answer.code]).toEqual([400, "validation"]);
  });
});

describe("a number is read as it is written, or refused with its place", () => {
  test.for(["150000.00000000001", "9007199254740993", "-9007199254740993", "123456789012345678901234567890", "1e400"])(
    "%s is refused",
    async (number) => {
      const answer = await ask("POST", "/v1/decisions", { body: decision(`{"listPrice":1,"asked":${number}}`) });
      expect([answer.status, answer.errors?.map(({ pointer }) => pointer)]).toEqual([400, ["/facts/asked"]]);
    },
  );

  test.for(["150000", "150000.0", "1.5e5", "9007199254740991", "-0", "0"])("%s is a whole number", async (number) => {
    const body = decision(`{"kept":${number}}`, "counting");
    expect((await ask("POST", "/v1/decisions", { body })).status).toBe(200);
  });

  test.for(["0.5", "9007199254740992", "1e300"])("%s is read, and no whole number that is kept", async (number) => {
    const answer = await ask("POST", "/v1/decisions", { body: decision(`{"kept":${number}}`, "counting") });
    expect([answer.status, answer.errors?.map(({ pointer }) => pointer)]).toEqual([422, ["/facts/kept"]]);
  });
});

describe("times", () => {
  const lists = ["/v1/events?since=", "/v1/decisions/history?policy=quoting&since=", "/v1/approvers?since="];
  const odd = [
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-01:00",
    "0001-01-01T00:00:00%2B01:00",
    "10000-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-03-02",
    "-1",
    "",
    "NaN",
  ];
  test.for(lists.flatMap((list) => odd.map((since) => [list, since] as const)))(
    "%s%s is 400",
    async ([list, since]) => {
      expect((await ask("GET", `${list}${since}`)).status).toBe(400);
    },
  );

  test.for(
    lists.flatMap((list) =>
      ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-02T10:00:00%2B23:59"].map(
        (since) => [list, since] as const,
      ),
    ),
  )("%s%s is a time", async ([list, since]) => {
    expect((await ask("GET", `${list}${since}`)).status).toBe(200);
  });

  test("of an event before there were years is 400", async () => {
    const body = JSON.stringify({
      object: { system: "crm", type: "deal", id: "1" },
      change: { kind: "created" },
      at: "0000-01-01T00:00:00Z",
    });
    expect((await ask("POST", "/v1/events", { body })).status).toBe(400);
  });
});

describe("a path that exists names its methods", () => {
  test.for([
    ["DELETE", "/v1/escalations", "GET, HEAD"],
    ["PUT", "/v1/events", "GET, HEAD, POST"],
    ["GET", "/v1/releases/x/promote", "POST"],
    ["OPTIONS", "/v1/decisions", "POST"],
    ["GET", "/webhooks/hubspot", "POST"],
    ["POST", "/livez", "GET, HEAD"],
  ] as const)("%s %s is 405: %s", async ([method, path, allow]) => {
    const answer = await ask(method, path, method === "GET" || method === "OPTIONS" ? {} : { body: "{}" });
    expect([answer.status, answer.code, answer.headers.get("allow")]).toEqual([405, "no-such-method", allow]);
  });

  test.for(["/v1/nowhere", "/v1/escalations/", "/v1//escalations", "/v1/%2e%2e/x", "/v1/%zz", "/v1/%ff%fe"])(
    "%s does not exist",
    async (path) => expect((await ask("GET", path)).status).toBe(404),
  );
});

test("a policy that nobody has is 404, and nobody is asked", async () => {
  const answer = await ask("POST", "/v1/decisions", { body: '{"policy":"invented","ref":"Q-1","facts":{}}' });
  expect([answer.status, answer.code]).toEqual([404, "not-found"]);
  const { rows } = await database.pool.query("select from decision where policy_id = 'invented'");
  expect(rows).toEqual([]);
});

describe("every answer", () => {
  test.for([
    ["GET", "/livez"],
    ["GET", "/v1/escalations"],
    ["GET", "/v1/nowhere"],
    ["DELETE", "/v1/escalations"],
    ["GET", "/openapi.json"],
    ["GET", "/agree?token=x"],
  ] as const)("of %s %s is of its own kind, and kept by nobody", async ([method, path]) => {
    const { headers } = await ask(method, path);
    expect([headers.get("x-content-type-options"), headers.get("cache-control")]).toEqual(["nosniff", "no-store"]);
  });
});

describe("a host that is not ours is turned away", () => {
  const on = async (url: string, hosts: readonly string[] = []) => {
    const response = await apiOn(database.pool, { hosts }).request(url, { headers: dana });
    return { status: response.status, ...((await response.json()) as { code?: string; fix?: string }) };
  };

  test("and told which setting names ours", async () => {
    const answer = await on("http://evil.example/v1/escalations");
    expect(answer).toMatchObject({ status: 421, code: "foreign-host" });
    expect(answer.fix).toContain("MANDATE_HOSTS");
  });

  test.for(["http://localhost:8480", "http://127.0.0.1", "http://[::1]:1", "https://LOCALHOST"])(
    "the machine's own %s is ours",
    async (origin) => expect((await on(`${origin}/v1/escalations`)).status).toBe(200),
  );

  test("and so is one that is named", async () => {
    expect((await on("https://Mandate.example.com/v1/escalations", ["mandate.example.com"])).status).toBe(200);
    expect((await on("https://mandate.example.com.evil.example/v1/escalations", ["mandate.example.com"])).status).toBe(
      421,
    );
  });

  test("probes ask by any address", async () => {
    expect((await on("http://10.1.2.3/livez")).status).toBe(200);
  });
});

describe("on a socket", () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await gatewayWith({ pool: database.pool, publicUrl: "https://mandate.example.com" });
  });
  afterAll(() => gateway.stop());

  const statusOf = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      httpRequest(`${gateway.url}/v1/escalations`, { headers: { ...dana, host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once("error", reject)
        .end();
    });

  test("the header Host is what counts, and the public URL's is ours", async () => {
    expect(await statusOf("evil.example")).toBe(421);
    expect(await statusOf("mandate.example.com")).toBe(200);
    expect(await statusOf(new URL(gateway.url).host)).toBe(200);
  });

  /** What a request of these bytes is answered, by its status line. */
  const raw = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1", () => socket.write(bytes, "latin1"));
      let answer = "";
      socket.setEncoding("latin1").on("data", (piece: string) => (answer += piece));
      socket.once("error", reject).once("close", () => resolve(answer.split("\r\n")[0] ?? ""));
    });
  const end = "Connection: close\r\n\r\n";
  test.for([
    ["no host", `GET /v1/escalations HTTP/1.1\r\n${end}`],
    ["a host of another grammar", `GET /v1/escalations HTTP/1.1\r\nHost: a b\r\n${end}`],
    ["a target of another site", `GET http://evil.example/livez2 HTTP/1.1\r\nHost: localhost\r\n${end}`],
    ["an asterisk", `OPTIONS * HTTP/1.1\r\nHost: localhost\r\n${end}`],
    ["a trace", `TRACE /v1/escalations HTTP/1.1\r\nHost: localhost\r\n${end}`],
    ["a method of nobody's", `PURGE /v1/escalations HTTP/1.1\r\nHost: localhost\r\n${end}`],
    ["a backslash", `GET /v1\\escalations HTTP/1.1\r\nHost: localhost\r\n${end}`],
    ["bytes over 127", `GET /v1/escalations/\u00ff HTTP/1.1\r\nHost: localhost\r\n${end}`],
    ["dots", `GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n${end}`],
    ["an endless path", `GET /v1/escalations/${"a".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n${end}`],
    [
      "a long path",
      `GET /v1/escalations/${"a".repeat(12_000)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${"Bearer token-dana"}\r\n${end}`,
    ],
  ] as const)("%s is answered, and never 5xx", async ([, bytes]) => {
    expect(await raw(bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});
