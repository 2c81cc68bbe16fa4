import fc from "fast-check";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { folderSource } from "../../proof/export/folder-source.ts";
import { exportersOf } from "../../proof/export/who-may.ts";
import { linesOf, piecesOf } from "../../proof/export/wire.ts";
import { obstacleAt, writeFolder } from "../../proof/export/write-folder.ts";
import type { Piece } from "../../proof/bundle/piece.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { givenGovernedCases, givenHeads, testKeys } from "../fixtures/governed-log.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

async function* given<T>(...all: readonly T[]): AsyncGenerator<T, void> {
  yield* all;
}
async function listed<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}
const piece = (path: string, text: string): Piece => ({ path, bytes: Buffer.from(text) });
const checkpoint = "logs/acme/checkpoint";

describe("a bundle on its way", () => {
  test("arrives as it was sent", async () => {
    const pieces = fc.array(
      fc.record({ path: fc.string(), bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)) }),
    );
    await fc.assert(
      fc.asyncProperty(pieces, async (sent) => {
        expect(await listed(piecesOf(linesOf(given(...sent), () => undefined)))).toEqual(sent);
      }),
    );
  });

  test("that breaks off is not taken for whole, wherever it does", async () => {
    const lines = await listed(linesOf(given(piece("a", "1"), piece("b", "2")), () => undefined));
    for (const count of [0, 1, 2]) {
      await expect(listed(piecesOf(given(...lines.slice(0, count))))).rejects.toThrow(
        `broke off after ${count} pieces`,
      );
    }
    await expect(listed(piecesOf(given(...lines.slice(1))))).rejects.toThrow("1 pieces came of 2");
  });

  test("says that it could not be read, and not why", async () => {
    const told: unknown[] = [];
    async function* failing(): AsyncGenerator<Piece, void> {
      yield piece("a", "1");
      throw new Error("secret");
    }
    const lines = await listed(linesOf(failing(), (error) => told.push(error)));
    expect(lines.join("")).not.toContain("secret");
    expect(told).toEqual([new Error("secret")]);
    await expect(listed(piecesOf(given(...lines)))).rejects.toThrow("could not be read to its end");
  });
});

describe("a bundle's folder", () => {
  let home: string;
  beforeEach(() => {
    home = temporaryHome("bundle-folder");
  });
  afterEach(() => removeHome(home));

  test("holds every file whole, and is read back line by line", async () => {
    const out = join(home, "deep/bundle");
    const pieces = [
      piece("erased.jsonl", "one\n"),
      piece(checkpoint, "head"),
      piece("erased.jsonl", "two\nthr"),
      piece("erased.jsonl", "ee\n"),
    ];
    expect(await writeFolder(out, given(...pieces))).toEqual({ files: 2, bytes: 18 });
    const source = folderSource(out);
    expect(await listed(source.lines("erased.jsonl"))).toEqual(["one", "two", "three"]);
    expect((await listed(source.paths())).toSorted()).toEqual(["erased.jsonl", checkpoint]);
    expect(await source.read(checkpoint)).toEqual(Buffer.from("head"));
    expect([await source.read("logs"), await source.read("none"), await listed(source.lines("none"))]).toEqual([
      undefined,
      undefined,
      [],
    ]);
  });

  test("never gives a line that was cut short as if it were whole", async () => {
    writeFileSync(join(home, "erased.jsonl"), "one\ntwo");
    expect(await listed(folderSource(home).lines("erased.jsonl"))).toEqual(["one", "two\0"]);
  });

  test("is not there when the bundle breaks off, or names a file outside of it", async () => {
    const out = join(home, "bundle");
    async function* broken(): AsyncGenerator<Piece, void> {
      yield piece(checkpoint, "head");
      throw new Error("broke off");
    }
    await expect(writeFolder(out, broken())).rejects.toThrow("broke off");
    await expect(writeFolder(out, given(piece("../evil", "x")))).rejects.toThrow("`../evil` is no part of a bundle");
    expect(readdirSync(home)).toEqual([]);
  });

  test("takes the place of an empty folder alone", async () => {
    const out = join(home, "bundle");
    mkdirSync(out);
    expect([await obstacleAt(out), await obstacleAt(join(home, "none"))]).toEqual([undefined, undefined]);
    await writeFolder(out, given(piece(checkpoint, "head")));
    expect(readFileSync(join(out, checkpoint), "utf8")).toBe("head");
    expect(await obstacleAt(out)).toBe(`${out} is not empty`);
    expect(await obstacleAt(join(out, checkpoint))).toBe(`${join(out, checkpoint)} is a file`);
  });
});

describe("GET /v1/audit/bundle", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
    await givenGovernedCases(database.pool);
    await givenHeads(database.pool);
  });
  afterAll(() => database.drop());

  async function asked(query: string, role = "ops-engineer", keys = true) {
    const headers = await headersOf(database.pool, `a-${role}`, role);
    const api = apiOn(database.pool, keys ? { bundleKeys: testKeys } : {});
    return api.request(`/v1/audit/bundle?${query}`, { headers });
  }

  test("streams pieces as lines, the last of which says that they are all", async () => {
    const response = await asked("company=acme");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
    const lines = (await response.text()).trimEnd().split("\n");
    const pieces = await listed(piecesOf(given(...lines)));
    expect(pieces[0]?.path).toBe("manifest.json");
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ end: { pieces: lines.length - 1 } });
  });

  test("gives the database's view back when the reader goes away", async () => {
    const response = await asked("company=acme");
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    const query = "select 1 from pg_stat_activity where state like 'idle in tr%' and datname = current_database()";
    await expect.poll(async () => (await database.pool.query(query)).rows).toEqual([]);
  });

  test.for([
    ["", 400, "validation"],
    ["company=acme&case=x", 400, "validation"],
    ["since=yesterday", 400, "validation"],
    ["company=globex", 404, "not-found"],
    ["case=acme:quoting:none", 404, "not-found"],
    ["company=acme&as=initech", 404, "not-found"],
  ] as const)("refuses `%s` with %i", async ([query, status, code]) => {
    const response = await asked(query);
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ code })]);
  });

  test("refuses a role that may not see a whole company, and exports nothing without the logs' keys", async () => {
    expect(await (await asked("company=acme", "seller")).json()).toMatchObject({ code: "wrong-role", status: 403 });
    expect((await asked("company=acme", "ops-engineer", false)).status).toBe(404);
  });
});

describe("who may export", () => {
  const own = { company: "acme", reader: "acme" };
  const whole = { kind: "company" } as const;
  const one = { kind: "case", case: "acme:quoting:1" } as const;

  test("a case: everybody; whole logs: who answers for the programme; for a partner: who talks to partners too", () => {
    expect(exportersOf(one, own)).toBeUndefined();
    expect(exportersOf(whole, own)).toEqual(["auditor", "ops-engineer", "regional-director"]);
    expect(exportersOf(one, { ...own, reader: "globex" })).toContain("partner-manager");
  });
});
