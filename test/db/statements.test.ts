import type { Checker, Type } from "typescript/unstable/sync";
import type { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withClient } from "../../engines/postgres-connection.ts";
import { askByKey } from "../../db/pool.ts";
import { companyTables, plant, rowOf, withoutChecks } from "../fixtures/company-rows.ts";
import { describeStatement, type Column, type Described } from "../fixtures/described.ts";
import { readIndexes, walksOf } from "../fixtures/plans.ts";
import { readStatements, type Sent, type Statements } from "../fixtures/statements.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let statements: Statements;
let database: TestDatabase;
let described: readonly { readonly sent: Sent; readonly text: string; readonly answer: Described | Error }[];

beforeAll(async () => {
  database = await testDatabase();
  statements = readStatements();
  described = await withClient(database.url, "test", async (client) => {
    const answers: { sent: Sent; text: string; answer: Described | Error }[] = [];
    for (const sent of statements.sent) {
      for (const text of sent.texts ?? []) {
        const answer = await describeStatement(client, readBy(text)).catch((error: unknown) => error as Error);
        answers.push({ sent, text, answer });
      }
    }
    return answers;
  });
}, 600_000);
afterAll(async () => {
  statements.close();
  await database.drop();
});

/** Of a place, its file: lines move. */
const fileOf = (place: string) => place.replace(/:\d+$/, "");
const places = (found: readonly { readonly sent: Sent }[]) => found.map(({ sent }) => sent.place);

const isPlanned = (text: string) => /^[\s(]*(select|insert|update|delete|with)\b/i.test(text);

/** What a statement reads: a cursor's, and what is fetched from it, the query that it was declared for. */
function readBy(text: string): string {
  const cursor = /^(?:fetch \d+ from|declare) (\w+)\b/.exec(text)?.[1];
  const declared = statements.sent.flatMap(({ texts = [] }) =>
    texts.filter((each) => each.startsWith(`declare ${cursor} `)),
  );
  return cursor === undefined ? text : (declared[0] ?? text).replace(/^declare .* for\s/, "");
}

/** Statements whose text is made at run time, by file, each with its reason. */
const COMPOSED = {
  "db/company-login.ts": "makes a role: its name and password are part of the statement",
  "db/migrate.ts": "runs the migrations, which this very database went through",
  "engines/postgres-client.ts": "the helper itself: the statements of its callers are among those found",
} as const;

/** Where a connection's `query` becomes that of a ledger, whose type is a connection's too. */
const LEDGERS = ["audit/ledgers/transaction.ts", "proof/bundle/snapshot.ts"];

/** Columns that may be null in their table and are not in what is asked for, each with its reason. */
const NEVER_NULL: { readonly [column: string]: string } = {
  "audit/sealed-elsewhere.ts name": "asked for: the subject stands, and has both",
  "audit/sealed-elsewhere.ts wrapped_key": "asked for: the subject stands, and has both",
  "audit/sealed-part.ts wrapped_key": "asked for: it is not null",
  "db/rewrap.ts wrapped_key": "asked for: it is not null",
  "audit/ledgers/model-turn-rows.ts input_tokens": "read of a call that is done",
  "audit/ledgers/model-turn-rows.ts output_tokens": "read of a call that is done",
  "proof/bundle/rows.ts key": "asked for: the subject was erased",
  "gateway/inbox/follow-relay.ts function_id": "asked for: it is not null",
  "proof/privacy/known-as.ts name": "asked for: one of a person's",
  "tools/sandbox/counterparty.ts answer": "read of a call that is done",
  "gateway/inbox/untold-events.ts function_id": "what no function listens to is neither pending nor late",
};

test("every statement is found: nothing looks like SQL that is not sent where we look, and no connection is hidden", () => {
  expect(statements.sent.length).toBeGreaterThan(100);
  expect(statements.loose).toEqual([]);
  expect(statements.handedOn.map(fileOf).sort()).toEqual(LEDGERS);
});

test("the text of each is written down, but for a few that are made at run time", () => {
  const composed = statements.sent.filter(({ texts }) => texts === undefined).map(({ place }) => fileOf(place));
  expect(composed.sort()).toEqual(Object.keys(COMPOSED).sort());
});

test("the schema knows each: it can be prepared, with as many values as go with it", () => {
  expect(
    described.flatMap(({ sent, answer }) => (answer instanceof Error ? [`${sent.place}: ${answer.message}`] : [])),
  ).toEqual([]);
  const miscounted = described.filter(
    ({ sent, answer }) => !(answer instanceof Error) && sent.values !== undefined && sent.values !== answer.values,
  );
  expect(places(miscounted)).toEqual([]);
});

/** Statements that cases do not wait for and that are planned at each call, by file, each with who sends them. */
const PLANNED_EACH_TIME = {
  "audit/ledgers/autonomy-modes.ts": "who changes a mode",
  "audit/ledgers/decision-history.ts": "who asks about a decision",
  "audit/ledgers/name-lists.ts": "who changes what a list holds",
  "audit/ledgers/releases.ts": "who puts policies in force",
  "tools/sandbox/callbacks.ts": "who changes an object of the sandbox",
  "tools/sandbox/door.ts": "who looks into the sandbox",
} as const;

test("what a case sends is planned once per session: it has a name, and each name stands for one text", () => {
  const unnamed = statements.sent.filter(
    ({ place, texts = [], names }) =>
      names === undefined && texts.some(isPlanned) && /^(agents|audit|deciding|gateway\/inbox|tools)\//.test(place),
  );
  const sources = new Set(unnamed.map(({ place }) => fileOf(place)));
  expect([...sources].sort()).toEqual(Object.keys(PLANNED_EACH_TIME));
  const named = statements.sent.flatMap(({ names = [], texts = [] }) =>
    texts.map((text, at) => `${names.length === texts.length ? names[at] : names[0]}\n${text}`),
  );
  const taken = [...new Set(named)].map((each) => each.split("\n")[0]).filter((name) => name !== "undefined");
  expect(taken.filter((name, at) => taken.indexOf(name) !== at)).toEqual([]);
});

test("what comes back is what the code reads: the same columns, of the same types", () => {
  const wrong = described.flatMap(({ sent, answer }) =>
    answer instanceof Error ? [] : differencesOf(sent, answer.columns).map((what) => `${sent.place}: ${what}`),
  );
  expect(wrong).toEqual([]);
});

test("a column that may be null is read as one, but where what is asked for rules it out", () => {
  const { checker } = statements.project;
  const isRead = (read: Type | undefined) => read !== undefined && checker.getNonNullableType(read) === read;
  const missed = described.flatMap(({ sent, answer }) =>
    answer instanceof Error
      ? []
      : answer.columns
          .filter(({ name, isNullable }) => isNullable && isRead(sent.row?.get(name)))
          .map(({ name }) => `${fileOf(sent.place)} ${name}`),
  );
  expect([...new Set(missed)].sort()).toEqual(Object.keys(NEVER_NULL).sort());
});

/** Tables of which a company has a few rows, however many cases it had, and reads them all. */
const SHORT = [
  "audit_hold_pkey",
  "audit_log_pkey",
  "audit_retention_pkey",
  "autonomy_mode_pkey",
  "company_calendar_pkey",
  "control_pkey",
  "person_pkey",
  "policy_release_event_pkey",
  "policy_version_pkey",
  "signing_key_pkey",
  "working_day_pkey",
];

/** Statements that go through all of an index, or along it from its end, and may, each with its reason. */
const WALKS: { readonly [walk: string]: string } = {
  "proof/whole/account-sums.ts account by account_pkey": "what verifies the whole reads the whole, once a day",
  "proof/whole/account-sums.ts account_entry by account_entry_pkey": "likewise, in one walk and not one per account",
  "proof/whole/verify-whole.ts audit_verification by audit_verification_pkey": "what came of the last one, alone",
  "tools/sandbox/door.ts sandbox.call by call_pkey": "a person looks at the last things that were said to the sandbox",
};

/** What a session's plans may have been made on: PostgreSQL keeps them while the tables grow. */
const states: readonly { readonly name: string; readonly make: (pool: Pool) => Promise<unknown> }[] = [
  { name: "empty tables that were never analysed", make: () => Promise.resolve() },
  { name: "empty tables", make: (pool) => pool.query("analyze") },
  {
    name: "tables of one row",
    make: async (pool) => {
      await withoutChecks(pool);
      const rows = (await companyTables(pool)).map((table) => rowOf(pool, table, "acme"));
      await plant(pool, await Promise.all(rows));
      await pool.query("analyze");
    },
  },
];

test.for(states)("every statement finds its rows by key when its plan is made on $name", async ({ make }) => {
  const made = await testDatabase();
  try {
    await make(made.pool);
    const indexes = await readIndexes(made.pool);
    const walks: string[] = [];
    await withClient(await made.urlOf("acme"), "test", async (client) => {
      await askByKey(client);
      for (const { place, texts = [] } of statements.sent) {
        // Those run by the owner: on the catalog, the list of migrations, the clock of a company, and keys sealed elsewhere.
        if (/^db\/(migrate|row-security|company-login|company-clock|rewrap)\.ts/.test(place)) continue;
        // A programme that is played has a database of its own, of some hundred rows, which ends with it.
        if (place.startsWith("app/value/")) continue;
        for (const text of texts.map(readBy).filter(isPlanned)) {
          for (const walk of await walksOf(client, text, indexes)) {
            const isKnown = SHORT.some((index) => walk.endsWith(index)) || `${fileOf(place)} ${walk}` in WALKS;
            if (!isKnown) walks.push(`${place}: ${walk}`);
          }
        }
      }
    });
    expect(walks).toEqual([]);
  } finally {
    await made.drop();
  }
});

function differencesOf({ row, isUnread, place }: Sent, columns: readonly Column[]): string[] {
  if (row === undefined) return isUnread || columns.length === 0 ? [] : ["it does not say what comes back"];
  const names = columns.map(({ name }) => name);
  const isPlain = place.startsWith("db/migrate.ts") || place.startsWith("db/company-login.ts");
  return [
    ...[...row.keys()].filter((name) => !names.includes(name)).map((name) => `\`${name}\` does not come back`),
    ...columns.flatMap((column) => {
      const read = row.get(column.name);
      if (read === undefined) return [`nobody reads \`${column.name}\``];
      const { checker } = statements.project;
      return isReadAs(checker, column.type, read, isPlain)
        ? []
        : [`\`${column.name}\` is ${column.type}, and is read as ${checker.typeToString(read)}`];
    }),
  ];
}

/** Whether a value of a PostgreSQL type is what the code takes it for, as the driver hands it out. */
function isReadAs(checker: Checker, type: string, read: Type, isPlain: boolean): boolean {
  const held = checker.getNonNullableType(read) ?? read;
  const fits = (wanted: Type) => checker.isTypeAssignableTo(held, wanted);
  if (type.endsWith("[]")) {
    const [element] = checker.isArrayLikeType(held) && held.isTypeReference() ? checker.getTypeArguments(held) : [];
    // The pool's own parsers are for single values.
    return element !== undefined && isReadAs(checker, type.slice(0, -2), element, true);
  }
  switch (type) {
    case "text":
    case "name":
    case "unknown":
      return fits(checker.getStringType());
    case "timestamp with time zone":
      return !isPlain && fits(checker.getStringType());
    case "bigint":
      return fits(isPlain ? checker.getStringType() : checker.getNumberType());
    case "integer":
    case "double precision":
      return fits(checker.getNumberType());
    case "numeric":
      return fits(checker.getStringType());
    case "boolean":
      return fits(checker.getBooleanType());
    case "bytea":
      return /^(Buffer|Uint8Array)\b/.test(checker.typeToString(held));
    case "jsonb":
    case "json":
      return true;
    default:
      return false;
  }
}
