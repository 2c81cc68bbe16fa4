import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchCaseOf } from "../../../domain/batch-case.ts";
import { appendRecord } from "../../../audit/records.ts";
import { acceptEvents } from "../../../gateway/inbox/accept.ts";
import { givenAsked } from "../../fixtures/agreements.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { plant } from "../../fixtures/company-rows.ts";
import { decideApi, goes, request, type DecideApi } from "../../fixtures/decide.ts";
import { incomingEvent } from "../../fixtures/inbox.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let decide: DecideApi;
let headers: { readonly [name: string]: string };
beforeAll(async () => {
  database = await testDatabase();
  decide = await decideApi(database.pool);
  headers = await headersOf(database.pool, "ola", "ops-engineer");
  for (const [name, list] of Object.entries(lists)) {
    for (let n = 0; n < MADE; n += 1) await list.make(`${name}${n}`, n);
  }
});
afterAll(() => database.drop());

const MADE = 7;

/** A call, as the system for development keeps it. */
const callOf = (company: string, key: string) =>
  `insert into sandbox.call (company, system, operation, key, request, outcome)
   values ('${company}', 'crm', 'add-note', '${key}', '{}', 'done')`;
const CASE = batchCaseOf("acme", "paged");
const minute = (n: number) => `2026-03-02T09:${String(n % 60).padStart(2, "0")}:00Z`;

type List = {
  readonly path: string;
  readonly items: string;
  readonly id: string;
  /** Makes one more; those made later, and those in the middle, may come anywhere in the list. */
  make(name: string, n: number): Promise<unknown>;
};

/** One of each kind. */
const lists: { readonly [name: string]: List } = {
  event: {
    path: "/v1/events",
    items: "events",
    id: "eventId",
    make: (name) => acceptEvents(database.pool, [incomingEvent(name, { objectId: name })]),
  },
  question: {
    path: "/v1/escalations",
    items: "escalations",
    id: "escalationId",
    async make(name, n) {
      const { body } = await decide.ask(request({ ...goes, hours: 49 }, { ref: name }));
      if (n % 3 === 0) await decide.verdict(body.escalationId, "reject");
    },
  },
  agreement: {
    path: "/v1/agreements",
    items: "agreements",
    id: "agreementId",
    make: (name, n) => givenAsked(database.pool, name, { expiresAt: new Date(minute(n % 4)).toISOString() }),
  },
  batch: {
    path: "/v1/batches",
    items: "batches",
    id: "batchId",
    make: (name, n) =>
      database.pool.query(
        `insert into batch (company, batch_id, source, window_name, window_from, window_until, n, format, state, touched_at)
         values ('acme', $1, $1, 'w', '2026-03-02', '2026-03-03', 1, 'csv', 'told', $2)`,
        [name, minute(n % 4)],
      ),
  },
  decision: {
    path: "/v1/decisions/history?policy=shipping",
    items: "decisions",
    id: "decisionId",
    make: (name) => decide.ask(request(goes, { ref: name })),
  },
  record: {
    path: `/v1/cases/${encodeURIComponent(CASE)}/records`,
    items: "records",
    id: "n",
    make: (name) =>
      appendRecord(database.pool, { company: "acme", caseId: CASE, kind: "event", key: name, at: minute(1), body: {} }),
  },
  hold: {
    path: "/v1/holds",
    items: "holds",
    id: "holdId",
    make: (name, n) =>
      plant(database.pool, [
        `insert into audit_hold (company, hold_id, scope, reason, set_by, set_at) values
           ('acme', '${name}', 'company', 'r', 'ola', '${minute(n % 4)}')`,
        ...(n % 3 === 0
          ? [
              `update audit_hold set released_by = 'ola', released_at = now(), release_reason = 'r' where hold_id = '${name}'`,
            ]
          : []),
      ]),
  },
  erasure: {
    path: "/v1/erasures",
    items: "erasures",
    id: "erasureId",
    make: (name, n) =>
      plant(database.pool, [
        `insert into audit_erasure (company, erasure_id, subject, subject_id, ground, reason, asked_by, asked_at) values
           ('acme', '${name}', 'case:acme:${name}', '${name}', 'consent-withdrawn', 'r', 'ola', '${minute(n % 4)}')`,
      ]),
  },
  object: {
    path: "/v1/sandbox/crm/objects",
    items: "objects",
    id: "id",
    // Several are put in one instant.
    make: (name, n) =>
      plant(database.pool, [
        `insert into sandbox.object (company, system, object_type, object_id, properties, updated_at)
         values ('acme', 'crm', 'deal', '${name}', '{}', '${minute(n % 4)}')`,
      ]),
  },
  call: {
    path: "/v1/sandbox/crm/calls",
    items: "calls",
    id: "key",
    make: (name) => plant(database.pool, [callOf("acme", name)]),
  },
};

type Page = { readonly next: string | null; readonly total: number | null; readonly [items: string]: unknown };

async function page({ path }: Pick<List, "path">, query: string): Promise<{ status: number; body: Page }> {
  const response = await apiOn(database.pool, { sandbox: "open" }).request(
    `${path}${path.includes("?") ? "&" : "?"}${query}`,
    { headers },
  );
  return { status: response.status, body: (await response.json()) as Page };
}

function idsOf({ items, id }: List, body: Page): string[] {
  return (body[items] as { [id: string]: unknown }[]).map((item) => String(item[id]));
}

/** Every page of a list, two to a page; `between` happens after the first one. */
async function walk(list: List, between: () => Promise<unknown> = () => Promise.resolve()): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { status, body } = await page(list, `limit=2${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    seen.push(...idsOf(list, body));
    if (cursor === "") await between();
    cursor = body.next;
  }
  return seen;
}

describe.for(Object.entries(lists))("the list of %ss", ([name, list]) => {
  test("by pages is the whole list, in the same order", async () => {
    const { body } = await page(list, "limit=100");
    expect(body.next).toBeNull();
    expect(idsOf(list, body).length).toBeGreaterThanOrEqual(MADE);
    expect(await walk(list)).toEqual(idsOf(list, body));
  });

  test("counts all there are when asked, and on no other page", async () => {
    const all = idsOf(list, (await page(list, "limit=100")).body);
    expect((await page(list, "limit=1&total=true")).body).toMatchObject({ total: all.length });
    expect((await page(list, "limit=1")).body).toMatchObject({ total: null });
  });

  test("shows each once, whatever comes to be between two pages", async () => {
    const before = idsOf(list, (await page(list, "limit=100")).body);
    const seen = await walk(list, async () => {
      for (let n = 0; n < 4; n += 1) await list.make(`${name}-new-${n}`, n);
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
  });

  const foreign = Buffer.from(JSON.stringify(["elsewhere", "2026-03-02T09:00:00.000000Z", "x"])).toString("base64url");
  test.for(["limit=0", "limit=100000", "limit=1.5", "total=yes", "cursor=", "cursor=abc", `cursor=${foreign}`])(
    "refuses %s",
    async (query) => expect((await page(list, query)).status).toBe(400),
  );
});

const refused = [{ pointer: "/cursor", detail: "not a cursor that this list gave" }];

/** The cursor of a list's second page. */
async function cursorOf(
  path: string,
  pool = database.pool,
  changes: Parameters<typeof apiOn>[1] = {},
): Promise<string> {
  const response = await apiOn(pool, { sandbox: "open", ...changes }).request(path, { headers });
  return ((await response.json()) as Page).next ?? "";
}

const made = (place: readonly unknown[]) => Buffer.from(JSON.stringify(place)).toString("base64url");
const PLACE = made(["events", "2026-03-02T09:00:00.000000Z", "x"]);

test.for<readonly [string, () => Promise<string> | string]>([
  ["made up, without a seal", () => PLACE],
  ["made up, with a seal that is none", () => `${PLACE}.${"0".repeat(64)}`],
  ["of this list, with another place", async () => `${PLACE}.${(await cursorOf("/v1/events?limit=2")).split(".")[1]}`],
  ["of this list, with more behind it", async () => `${await cursorOf("/v1/events?limit=2")}.x`],
  ["of another list", () => cursorOf("/v1/sandbox/crm/calls?limit=2")],
  ["of this list with another filter", () => cursorOf("/v1/events?limit=2&state=pending")],
  ["of this list since another time", () => cursorOf("/v1/events?limit=2&since=2026-01-01T00:00:00Z")],
] as const)("a cursor that is %s is refused, with a pointer at it", async ([, cursor]) => {
  const given = await cursor();
  expect(given).not.toBe("");
  const { status, body } = await page({ path: "/v1/events" }, `cursor=${given}`);
  expect([status, body["errors"]]).toEqual([400, refused]);
});

test("another company's cursor is refused", async () => {
  const path = "/v1/sandbox/crm/calls?limit=2";
  const theirs = await testDatabase();
  try {
    const pool = theirs.pool;
    await headersOf(pool, "ola", "ops-engineer", "globex");
    await plant(
      pool,
      ["a", "b", "c"].map((key) => callOf("globex", key)),
    );
    const given = await cursorOf(path, pool, { company: "globex" });
    expect(given).not.toBe("");
    const { status, body } = await page({ path }, `cursor=${given}`);
    expect([status, body["errors"]]).toEqual([400, refused]);
  } finally {
    await theirs.drop();
  }
});

test("a page may be larger than the one before it, and counted", async () => {
  const given = await cursorOf("/v1/events?limit=2&state=pending");
  const { status, body } = await page({ path: "/v1/events" }, `limit=3&total=true&state=pending&cursor=${given}`);
  expect([status, idsOf({ items: "events", id: "eventId" } as List, body).length]).toEqual([200, 3]);
});
