import type { Pool, PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowSecurityGaps, sessionLogin } from "../../db/row-security.ts";
import { companyTables, plant, rowOf, withoutChecks } from "../fixtures/company-rows.ts";
import { givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const REFUSED = { code: "42501" };
let database: TestDatabase;
let owner: Pool;
let acme: Pool;
let tables: string[];

beforeAll(async () => {
  database = await testDatabase();
  owner = database.pool;
  acme = await database.poolOf("acme");
  await database.poolOf("globex");
  tables = await companyTables(owner);
  await withoutChecks(owner);
  for (const company of ["acme", "globex"]) {
    await plant(owner, await Promise.all(tables.map((table) => rowOf(owner, table, company))));
  }
});
afterAll(() => database.drop());

/** Undone at its end: whatever the test makes, the next one starts from the same database. */
async function undone(work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await owner.connect();
  try {
    await client.query("begin");
    await work(client);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

const companiesIn = async (sql: Pool | PoolClient, table: string): Promise<string[]> => {
  const { rows } = await sql.query<{ company: string }>(`select company from ${table} order by company`);
  return rows.map(({ company }) => company);
};

/** As the company, in the transaction of `undone`. */
const asAcme = async (client: PoolClient) => client.query('set session authorization "company:acme"');

describe("in every table", () => {
  test("there are many, and the login of a company sees its own rows alone", async () => {
    expect(tables.length).toBeGreaterThan(25);
    for (const table of tables) {
      expect([table, await companiesIn(owner, table)]).toEqual([table, ["acme", "globex"]]);
      expect([table, await companiesIn(acme, table)]).toEqual([table, ["acme"]]);
    }
  });

  test("it puts nothing into another company, and changes and removes nothing there", async () => {
    for (const table of tables) {
      await expect(acme.query(await rowOf(owner, table, "globex", "planted")), table).rejects.toThrow(
        /permission denied|row-level security|NO_DECISION|NO_PERMIT|NOT_HELD|NOT_SO/,
      );
      await expect(acme.query(`update ${table} set company = 'globex'`), table).rejects.toMatchObject(REFUSED);
      // No right at all, or nothing there to remove: what counts is what is left.
      await acme.query(`delete from ${table} where company = 'globex'`).catch(() => undefined);
      expect([table, await companiesIn(owner, table)]).toEqual([table, ["acme", "globex"]]);
    }
  });

  test("the catalog holds no gap", async () => {
    expect(await rowSecurityGaps(owner)).toEqual([]);
  });

  test("a login that is no company's sees nothing, whatever rights it has", async () => {
    await undone(async (client) => {
      await client.query("create role analyst_of_the_test in role mandate_app");
      await client.query("set session authorization analyst_of_the_test");
      for (const table of tables) expect([table, await companiesIn(client, table)]).toEqual([table, []]);
    });
  });
});

describe("the owner of a table", () => {
  test("is bound too: without FORCE it would see every company", async () => {
    await undone(async (client) => {
      await client.query("create role owner_of_the_test");
      await client.query("alter table working_day owner to owner_of_the_test");
      await client.query("set role owner_of_the_test");
      expect(await companiesIn(client, "working_day")).toEqual([]);
      await client.query("alter table working_day no force row level security");
      expect(await companiesIn(client, "working_day")).toEqual(["acme", "globex"]);
      expect(await rowSecurityGaps(client)).toEqual(["table working_day: its owner is not bound by row security"]);
    });
  });

  test.for([
    ["alter table working_day disable row level security", "row security is not on"],
    ["drop policy own_company on working_day", "no policy keeps companies apart"],
    ["create policy more on working_day using (true)", "a policy lets more through"],
    ["alter table working_day drop column company cascade", "it has no company, and is not the list of migrations"],
  ] as const)("a migration that said `%s` would be found", async ([statement, gap]) => {
    await undone(async (client) => {
      await client.query(statement);
      expect(await rowSecurityGaps(client)).toEqual([`table working_day: ${gap}`]);
    });
  });

  test("a new table is secured by calling the migration's function again", async () => {
    await undone(async (client) => {
      await client.query("create table later (company text primary key)");
      await client.query("grant select on later to mandate_app");
      await client.query("insert into later values ('acme'), ('globex')");
      expect(await rowSecurityGaps(client)).not.toEqual([]);
      await client.query("select secure_company_tables(), secure_functions()");
      expect(await rowSecurityGaps(client)).toEqual([]);
      await asAcme(client);
      expect(await companiesIn(client, "later")).toEqual(["acme"]);
    });
  });
});

describe("a view", () => {
  test("reads with its owner's rights unless it says otherwise: each kind that does is found", async () => {
    await undone(async (client) => {
      await client.query("create view plain_view as select company from working_day");
      await client.query("create view bound_view with (security_invoker) as select company from working_day");
      await client.query("create materialized view kept_view as select company from working_day");
      await client.query("grant select on plain_view, bound_view, kept_view to mandate_app");
      expect(await rowSecurityGaps(client)).toEqual([
        "view kept_view: it reads with its owner's rights",
        "view plain_view: it reads with its owner's rights",
      ]);
      await asAcme(client);
      expect(await companiesIn(client, "plain_view")).toEqual(["acme", "globex"]);
      expect(await companiesIn(client, "kept_view")).toEqual(["acme", "globex"]);
      expect(await companiesIn(client, "bound_view")).toEqual(["acme"]);
    });
  });

  test("a function that runs with its owner's rights is found likewise", async () => {
    await undone(async (client) => {
      await client.query("create function peep() returns bigint security definer return (select count(*) from person)");
      expect(await rowSecurityGaps(client)).toEqual(["function peep(): it runs with its owner's rights"]);
    });
  });
});

describe("nothing that a session sets", () => {
  test.for([
    "set role mandate_app",
    "set company.name = 'globex'",
    "set app.tenant = 'globex'",
    "set search_path = globex, public",
    "set application_name = 'company:globex'",
    "reset all",
    "reset role",
    "reset session authorization",
    "set session authorization default",
    "discard all",
  ])("`%s` changes whose rows it sees, nor those of who gets the connection next", async (statement) => {
    const pooled = await acme.connect();
    try {
      await pooled.query(statement);
      expect(await companiesIn(pooled, "public.working_day")).toEqual(["acme"]);
    } finally {
      pooled.release();
    }
    expect(await companiesIn(acme, "public.working_day")).toEqual(["acme"]);
  });

  test("asking for no row security is answered with nothing at all", async () => {
    const pooled = await acme.connect();
    try {
      await pooled.query("set row_security = off");
      await expect(companiesIn(pooled, "working_day")).rejects.toMatchObject(REFUSED);
    } finally {
      await pooled.query("reset row_security");
      pooled.release();
    }
  });
});

describe("a company cannot become another one", () => {
  test.for([
    'set role "company:globex"',
    'set session authorization "company:globex"',
    "set role mandate_recorder",
    "set role mandate",
    "set session authorization mandate",
    'grant "company:globex" to "company:acme"',
    'alter role "company:acme" rename to "company:globex"',
    'alter role "company:acme" superuser',
    'alter role "company:acme" bypassrls',
    'create role "company:initech" login',
    "create or replace function current_company() returns text language sql return 'globex'",
    "drop policy own_company on working_day",
  ])("by `%s`", async (statement) => {
    await expect(acme.query(statement)).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|0A000)$/) });
    expect(await companiesIn(acme, "working_day")).toEqual(["acme"]);
  });

  test("the login in use says whose it is, and whether row security binds it", async () => {
    expect(await sessionLogin(acme)).toEqual({ login: "company:acme", company: "acme", unboundBy: null });
    expect(await sessionLogin(owner)).toEqual({ login: "mandate", company: null, unboundBy: "superuser" });
    await undone(async (client) => {
      await client.query("create role owner_of_the_test");
      await client.query("alter table working_day owner to owner_of_the_test");
      await client.query("set session authorization owner_of_the_test");
      expect(await sessionLogin(client)).toMatchObject({ company: null, unboundBy: "owner of the tables" });
    });
    await undone(async (client) => {
      await client.query('alter role "company:acme" bypassrls');
      await client.query('set session authorization "company:acme"');
      expect(await sessionLogin(client)).toMatchObject({ company: "acme", unboundBy: "BYPASSRLS" });
    });
  });
});

describe("a key that is taken in another company", () => {
  test("does not tell: two companies may have the same token, and neither hears of it", async () => {
    const dana = { personId: "dana", name: "Dana", role: "ops" };
    const [acmes, globexes] = [await database.poolOf("acme"), await database.poolOf("globex")];
    expect(await givenPerson(acmes, "acme", dana, "same")).toMatchObject({ kind: "added" });
    expect(await givenPerson(globexes, "globex", dana, "same")).toMatchObject({ kind: "added" });
    const lee = givenPerson(acmes, "acme", { ...dana, personId: "lee" }, "same");
    await expect(lee).rejects.toMatchObject({ code: "23505" });
  });

  test("a unique index without the company would be found", async () => {
    await undone(async (client) => {
      await client.query("delete from person");
      await client.query("create unique index token_everywhere on person (token_sha256)");
      expect(await rowSecurityGaps(client)).toEqual(["unique index token_everywhere: it spans companies"]);
    });
  });

  // A number that the server makes: nobody can offer a value for it, so nothing is learnt by trying.
  test("the only primary keys without a company are numbers that the server alone gives", async () => {
    const { rows } = await owner.query<{ name: string }>(
      `select i.indrelid::regclass::text as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'company'
       where i.indisunique and not a.attnum = any (i.indkey) order by 1`,
    );
    const names = rows.map(({ name }) => name);
    expect(names).toEqual(["outbox"]);
    for (const name of names) {
      const offered = (await rowOf(owner, name, "acme", "offered")).replace("(company", "(outbox_id, company");
      await expect(acme.query(offered.replace("values (", "values (1, "))).rejects.toMatchObject({ code: "428C9" });
    }
  });
});
