import fc from "fast-check";
import { Readable } from "node:stream";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDay } from "../../app/day/seed.ts";
import type { Permit } from "../../domain/permit.ts";
import { expectReply } from "../../audit/ledgers/replies.ts";
import { sayWord } from "../../audit/ledgers/agreement-words.ts";
import { listAgreements } from "../../audit/ledgers/agreements.ts";
import { giveReply } from "../../audit/ledgers/reply-answers.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { foldRows } from "../../gateway/batches/fold-rows.ts";
import { hearersOf } from "../../gateway/batches/hearers.ts";
import { openShares } from "../../gateway/batches/open-batches.ts";
import { receiveBatch } from "../../gateway/batches/receive.ts";
import { tellObjects } from "../../gateway/batches/tell.ts";
import { listBatches } from "../../gateway/batches/view.ts";
import { parseWindow } from "../../gateway/batches/window.ts";
import { setControl } from "../../audit/ledgers/controls.ts";
import { STOPPED } from "../../domain/control.ts";
import { ADMINS, givenAdmins, givenPerson } from "../fixtures/people.ts";
import { personOf } from "../../audit/ledgers/directory.ts";
import { acceptEvents } from "../../gateway/inbox/accept.ts";
import { claimEvents } from "../../gateway/inbox/untold-events.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { givenAsked } from "../fixtures/agreements.ts";
import { companyTables } from "../fixtures/company-rows.ts";
import { incomingEvent } from "../fixtures/inbox.ts";
import { ndjson, withUsage } from "../fixtures/usage.ts";
import { givenCrmObject, givenPartner } from "../fixtures/programme.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { wallTime } from "../../db/company-clock.ts";

const AT = "2026-03-02T09:00:00.000Z";
let database: TestDatabase;
let everything: string;
beforeAll(async () => {
  database = await testDatabase();
  const tables = await companyTables(database.pool);
  const each = tables.map((table) => `select '${table}' as name, to_jsonb(t)::text as line from ${table} t`);
  everything = `select name, line from (${each.join(" union all ")}) as every_table order by name, line`;
});
afterAll(() => database.drop());

/** Something a company does, with names that other companies use too; what it answers is compared. */
type Doing = { readonly what: keyof typeof doings; readonly name: string };

const doings = {
  person: (pool: LedgerPool, company: string, name: string) =>
    givenPerson(pool, company, { personId: name, name, role: "ops" }, `token-${name}`),
  token: (pool: Pool, company: string, name: string) => personOf(pool, company, `token-${name}`),
  event: (pool: Pool, company: string, name: string) =>
    acceptEvents(pool, [
      incomingEvent(name, { company, objectId: name, occurredAt: `2026-03-02T09:0${name}:00.000Z` }),
    ]),
  claim: async (pool: Pool) => (await claimEvents(pool, 2)).map((event) => [event.object_id, event.state]),
  partner: async (pool: Pool, company: string, name: string) => {
    await givenPartner(pool, company, { partnerId: name });
    return embeddedAdapters(pool, wallTime).programme.readPartner(company, name);
  },
  register: async (pool: Pool, company: string, name: string) => {
    const deal = {
      objectId: name,
      registrationId: `${company}/${name}`,
      partnerId: name,
      role: "sell",
      customerDomain: "shared.example",
      productFamily: "storage",
      valueMinor: 1,
      currency: "EUR",
      protectionDays: 90,
      replaces: null,
    };
    const answer = "select programme.register_deal($1, $2, $3, $3, $4, $5) as registered";
    return (await pool.query(answer, [company, name, AT, JSON.stringify(deal), ["account:shared.example"]])).rows;
  },
  object: (pool: Pool, company: string, name: string) => givenCrmObject(pool, company, "deal", name, { stage: "new" }),
  write: async (pool: Pool, company: string, name: string) => {
    const asked = { objectType: "deal", objectId: name, property: "stage", value: name };
    const permit = { company, effectKey: `key-${name}` } as Permit;
    return (await embeddedAdapters(pool, wallTime).crm.updateProperty(permit, asked)).externalRef;
  },
  record: async (pool: Pool, company: string, name: string) => {
    const parts = JSON.stringify({
      head: "{",
      middle: name,
      tail: "}",
      parents: [],
      log: company,
      urgent: false,
      bodies: [],
    });
    return (await pool.query("select append_record($1, 'one-case', 'event', $2, $3) as n", [company, name, parts]))
      .rows;
  },
  turn: async (pool: Pool, company: string, name: string) => {
    const claim = "select state from claim_model_turn($1, $2, 1, 'digest', 'one-case', 'm', false, '{}', 'h', 600000)";
    return (await pool.query(claim, [company, name])).rows;
  },
  limit: async (pool: Pool, company: string, name: string) => {
    const open = `insert into account (company, account, window_from, name, kind, unit) values ($1, $2, $3, 'quoting/sum', 'fund', 'number')
                  on conflict do nothing`;
    await pool.query(open, [company, name, AT]);
    const pay = `insert into account_entry (company, cause, account, window_from, kind, amount, entered_at)
                 select $1, count(*)::text, $2, $3, 'deposit', 1, $3 from account_entry`;
    await pool.query(pay, [company, name, AT]);
    const ask = { account: name, windowFrom: AT, windowUntil: AT, amount: 1, cap: 2 };
    const asks = { company, policyId: "quoting", caseId: "one-case", stepKey: "s", gate: 1, asks: [ask] };
    return (await pool.query("select deposited, used, reserved from read_accounts($1)", [JSON.stringify(asks)])).rows;
  },
  stop: async (pool: LedgerPool, company: string, name: string) => {
    await givenAdmins(pool, company);
    const asked = { company, by: ADMINS.asks, name: `switch/function/f-${name}`, cap: STOPPED } as const;
    return setControl(pool, { ...asked, role: "admin", reason: "test", at: AT });
  },
  batch: async (pool: LedgerPool, company: string, name: string) => {
    const [hearer] = hearersOf("usage", withUsage);
    const window = parseWindow(`2026-03-0${name}`);
    if (hearer === undefined || window === undefined) throw new Error("nobody hears it");
    const body = Readable.from([Buffer.from(ndjson([{ account: name, points: 1 }]))]);
    const sent = {
      company,
      source: "usage",
      window,
      format: "ndjson",
      hearers: [hearer],
      replace: false,
      personId: "feed",
      body,
    } as const;
    const { kind } = await receiveBatch({ pool, now: () => AT }, sent);
    for (const share of await openShares(pool, company)) {
      await foldRows(pool, share, hearer, () => false);
      await tellObjects(pool, { ...share, state: "telling" }, hearer, AT);
    }
    const known = (await listBatches(pool, company, { source: undefined, after: undefined, limit: 9 })).map(
      ({ window: of, state }) => `${of} ${state}`,
    );
    return [kind, known.sort()];
  },
  reply: async (pool: LedgerPool, company: string, name: string) => {
    const awaited = { company, correlation: name };
    const caseId = `${company}:quoting:crm-deal-${name}`;
    const given = { ...awaited, answer: "accepted", by: "portal", requestKey: name, answeredAt: AT, at: AT };
    const outcome = await giveReply(pool, given);
    const state = await expectReply(pool, { ...awaited, caseId, deadline: AT, at: AT });
    return [outcome.kind === "taken" && outcome.came, state.kind];
  },
  agreement: async (pool: LedgerPool, company: string, name: string) => {
    const asked = { executor: company, sides: [company, "partner"], recordVersions: {} };
    const { agreementId, digest } = await givenAsked(pool, name, asked);
    const said = { company, agreementId, side: "partner", word: "ok", digest, at: AT } as const;
    const outcome = await sayWord(pool, said);
    const all = await listAgreements(pool, company, { state: undefined, after: undefined, limit: 9 });
    return [outcome.kind, all.length, outcome.row?.state];
  },
  day: (pool: Pool, company: string) => openDay(pool, company, AT),
};

async function done(company: string, { what, name }: Doing): Promise<string> {
  const pool = await database.poolOf(company);
  const answer: unknown = await doings[what](pool, company, name).catch(
    (error: unknown) => (error as { code?: string }).code,
  );
  // Companies and moments have names of their own; nothing else may differ.
  return JSON.stringify([what, name, answer ?? null])
    .replaceAll(company, "company")
    .replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z|mdt_[\w-]+/g, "*");
}

const doing: fc.Arbitrary<Doing> = fc.record({
  what: fc.constantFrom(...(Object.keys(doings) as (keyof typeof doings)[])),
  name: fc.constantFrom("1", "2", "3"),
});
const steps = fc.array(fc.record({ who: fc.constantFrom("a", "b"), doing }), { minLength: 10, maxLength: 40 });

let run = 0;
async function sees(company: string): Promise<string> {
  const pool = await database.poolOf(company);
  return JSON.stringify((await pool.query(everything)).rows);
}

describe("two companies in one database", () => {
  test(
    "whatever one does, the other sees the same bytes, and is answered as if it were alone",
    { timeout: 240_000 },
    async () => {
      let seen = 0;
      await fc.assert(
        fc.asyncProperty(steps, async (taken) => {
          run += 1;
          const [a, b, alone] = [`a-${run}`, `b-${run}`, `c-${run}`];
          const mine = taken.filter(({ who }) => who === "a");
          const aloneAnswers: string[] = [];
          for (const { doing: next } of mine) aloneAnswers.push(await done(alone, next));
          const answers: string[] = [];
          for (const { who, doing: next } of taken) {
            if (who === "a") {
              answers.push(await done(a, next));
              continue;
            }
            const before = await sees(a);
            await done(b, next);
            expect(await sees(a)).toBe(before);
            seen += before.length;
          }
          expect(answers).toEqual(aloneAnswers);
        }),
        { numRuns: 25 },
      );
      expect(seen).toBeGreaterThan(100_000);
    },
  );
});
