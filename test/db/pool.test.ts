import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { source, startChild } from "../engines/child.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** What a process of its own says: one that an error nobody listens to would end. */
async function saidBy(body: string): Promise<unknown> {
  const child = startChild(`
    import { inTransaction } from ${source("audit/ledgers/transaction.ts")};
    import { openSnapshot } from ${source("proof/bundle/snapshot.ts")};
    import { withClient } from ${source("engines/postgres-connection.ts")};
    import { createLedgerPool } from ${source("db/pool.ts")};
    const url = ${JSON.stringify(database.url)};
    const unheard = [];
    const pool = createLedgerPool(url, Buffer.alloc(32), { onError: ({ code }) => unheard.push(code) });
    const cut = async (client) => {
      const { rows } = await client.query("select pg_backend_pid() as pid");
      await pool.query("select pg_terminate_backend($1, 5000)", [rows[0].pid]);
      // What the server said last is read before anything else is asked.
      await new Promise((resume) => setTimeout(resume, 50));
    };
    const refused = (work) => work.then(() => "no error", (error) => error instanceof Error);
    const said = await (async () => { ${body} })();
    const next = (await pool.query("select 1 as one")).rows[0].one;
    await pool.end();
    console.log(JSON.stringify({ said, next, unheard }));`);
  const { stdout, stderr } = await child.done;
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

describe("a connection that the server cuts is told by the statement, and ends no process", () => {
  test("between two statements of a transaction", async () => {
    const body = `return refused(inTransaction(pool, async (sql) => { await cut(sql); await sql.query("select 1"); }));`;
    expect(await saidBy(body)).toEqual({ said: true, next: 1, unheard: [] });
  });

  test("under a statement of a transaction", async () => {
    const body = `return refused(inTransaction(pool, async (sql) => {
      const { rows } = await sql.query("select pg_backend_pid() as pid");
      const waiting = sql.query("select pg_sleep(60)");
      await Promise.all([waiting, pool.query("select pg_terminate_backend($1, 5000)", [rows[0].pid])]);
    }));`;
    expect(await saidBy(body)).toEqual({ said: true, next: 1, unheard: [] });
  });

  test("in a snapshot", async () => {
    const body = `const { ledger, close } = await openSnapshot(pool);
      await cut(ledger);
      const answer = await refused(ledger.query("select 1"));
      await close();
      return answer;`;
    expect(await saidBy(body)).toEqual({ said: true, next: 1, unheard: [] });
  });

  test("on a connection of its own", async () => {
    const body = `return refused(withClient(url, "test", async (client) => {
      await cut(client);
      await client.query("select 1");
    }));`;
    expect(await saidBy(body)).toEqual({ said: true, next: 1, unheard: [] });
  });

  test("while nobody uses it: the pool says so, and the next statement has another one", async () => {
    const body = `const client = await pool.connect();
      const { rows } = await client.query("select pg_backend_pid() as pid");
      client.release();
      await withClient(url, "test", (other) => other.query("select pg_terminate_backend($1, 5000)", [rows[0].pid]));
      await new Promise((resume) => setTimeout(resume, 50));`;
    expect(await saidBy(body)).toMatchObject({ next: 1, unheard: ["57P01"] });
  });
});

test("connections are made in one place, tests included: one without a listener ends the process", () => {
  const root = resolve(import.meta.dirname, "../..");
  const makers = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$)/.test(entry.name))
    .flatMap(({ name: room }) =>
      readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => join(room, name))
        .filter((name) =>
          /import \{[^}]*\b(Client|Pool)\b[^}]*\} from "pg"/.test(readFileSync(join(root, name), "utf8")),
        ),
    );
  expect(makers.sort()).toEqual(["db/pool.ts", "engines/postgres-connection.ts"]);
});
