import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { treeOf } from "../../audit/lists/content.ts";
import { listWords } from "../../domain/policy-release.ts";
import { versioned } from "../../deciding/policies.ts";
import { writeBundle } from "../../releases/bundle.ts";
import { signWords } from "../../releases/signature.ts";
import { createPolicySource } from "../../releases/source.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { NOW_MS } from "../fixtures/hubspot.ts";
import { appendList, contentOf, listedPolicy } from "../fixtures/name-lists.ts";
import { givenRelease, givenSigner, keyOf } from "../fixtures/release.ts";
import { subject } from "../fixtures/released.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const policy = versioned(listedPolicy());
let companies = 0;

/** A company where the policy is in force that names two lists. */
async function given(company = `lists-${(companies += 1)}`) {
  const { pool } = database;
  await givenRelease(pool, company, 1, writeBundle([policy], null));
  const alarms: string[] = [];
  const options = { pool, company, onAlarm: (problem: string) => alarms.push(problem), pollMs: 3_600_000 };
  const source = await createPolicySource(options);
  const read = async (list: string) => {
    await source.refresh();
    const found = source.inForce("quoting", subject)?.lists(list);
    return found === undefined || "why" in found ? (found?.why ?? "no policy") : found.version;
  };
  return { pool, company, alarms, read, stop: () => source.stop() };
}

const versionOf = (list: string, names: readonly string[]) => treeOf(contentOf(list, names)).version;

describe("what is in force by the ledger", () => {
  test("nothing, while no version was signed", async () => {
    const { read, stop } = await given();
    expect(await read("barred")).toBe("no version of the list `barred` is in force");
    await stop();
  });

  test("what two people asked for, and what one asked for alone where it loosens nothing", async () => {
    const { pool, company, read, stop } = await given();
    const first = contentOf("barred", ["p-1"]);
    const parent = await appendList(pool, first, { company, n: 1, parent: null, person: "ola" });
    expect(await read("barred")).toContain("no version");
    await appendList(pool, first, { company, n: 2, parent: null, person: "lee" });
    expect(await read("barred")).toBe(parent);
    const more = contentOf("barred", ["p-1", "p-2"]);
    const next = await appendList(pool, more, { company, n: 3, parent, person: "ola" }, { alone: true });
    expect(await read("barred")).toBe(next);
    await stop();
  });

  test("not what one person took off a list that blocks, whatever the row says, until somebody else asks for it too", async () => {
    const { pool, company, read, stop } = await given();
    const first = contentOf("barred", ["p-1"]);
    const parent = await appendList(pool, first, { company, n: 1, parent: null, person: "ola" });
    await appendList(pool, first, { company, n: 2, parent: null, person: "lee" });
    const none = contentOf("barred", []);
    await appendList(pool, none, { company, n: 3, parent, person: "ola" }, { alone: true });
    expect(await read("barred")).toContain("one person alone changed the list `barred`, which may loosen");
    const empty = versionOf("barred", []);
    await appendList(pool, none, { company, n: 4, parent: empty, person: "ola" });
    expect(await read("barred")).toContain("one person alone");
    await appendList(pool, none, { company, n: 5, parent: empty, person: "lee" });
    expect(await read("barred")).toBe(empty);
    await stop();
  });

  test.for<[string, object, string]>([
    ["whose signature is another's", { signature: "x" }, "does not count"],
    ["at a version that is not there any more", {}, "is another version by now"],
  ])("not a change %s: it keeps its place", async ([, extra, problem]) => {
    const { pool, company, read, alarms, stop } = await given();
    const parent = problem === "does not count" ? null : "a".repeat(64);
    await appendList(pool, contentOf("barred", ["p-1"]), { company, n: 1, parent, person: "ola" }, extra);
    expect([await read("barred"), alarms.join()]).toEqual([
      expect.stringContaining("no version"),
      expect.stringContaining(problem),
    ]);
    await stop();
  });

  test("not names that were put in the place of those that were signed", async () => {
    const { pool, company, read, stop } = await given();
    const content = contentOf("barred", ["p-1"]);
    await appendList(pool, content, { company, n: 1, parent: null, person: "ola" });
    await appendList(pool, content, { company, n: 2, parent: null, person: "lee" });
    await pool.query("alter table name_list_version disable trigger user");
    await pool.query("update name_list_version set document = replace(document, 'p-1', 'p-2') where company = $1", [
      company,
    ]);
    await pool.query("alter table name_list_version enable trigger user");
    expect(await read("barred")).toContain("its names are not those that it is the digest of");
    await stop();
  });

  test("not another company's", async () => {
    const [one, other] = [await given(), await given()];
    const content = contentOf("barred", ["p-1"]);
    for (const [n, person] of [
      [1, "ola"],
      [2, "lee"],
    ] as const) {
      await appendList(one.pool, content, { company: one.company, n, parent: null, person });
    }
    expect([await one.read("barred"), await other.read("barred")]).toEqual([
      versionOf("barred", ["p-1"]),
      "no version of the list `barred` is in force",
    ]);
    await Promise.all([one.stop(), other.stop()]);
  });
});

describe("through the API", () => {
  const AT = new Date(NOW_MS).toISOString();
  const roles: { readonly [person: string]: string } = {
    ola: "ops-engineer",
    kit: "ops-engineer",
    lee: "regional-director",
    sam: "seller",
  };

  async function ask(person: string, method: string, path: string, body?: object) {
    const headers = await headersOf(database.pool, person, roles[person] ?? "seller");
    await givenSigner(database.pool, "acme", person);
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await apiOn(database.pool).request(path, init);
    return { status: response.status, ...((await response.json()) as { [name: string]: unknown }) };
  }

  const put = (person: string, n: number, names: readonly string[], parent: string | null, words: object = {}) => {
    const { list, of, normal } = contentOf("barred", names);
    const statement = {
      company: "acme",
      n,
      list,
      version: versionOf(list, names),
      parent,
      person,
      reason: "told us so",
      at: AT,
      ...words,
    };
    const signature = signWords(listWords(statement), keyOf(person));
    return ask(person, "POST", "/v1/lists/barred", {
      n,
      of,
      normal,
      names,
      parent,
      reason: "told us so",
      at: AT,
      signature,
    });
  };

  test("a list is told, filled by two people, tightened by one and loosened by two, and says how it came to that", async () => {
    await given("acme");
    expect(await ask("ola", "GET", "/v1/lists")).toMatchObject({
      n: 0,
      lists: [{ list: "approved", size: 0, version: null, policies: ["quoting"] }, { list: "barred" }],
    });
    const first = versionOf("barred", ["p-1"]);
    expect(await put("ola", 1, ["p-1"], null)).toMatchObject({
      status: 200,
      inForce: false,
      loosens: ["no version of `barred` is in force yet"],
      list: { waiting: { version: first, person: "ola" }, unread: [expect.stringContaining("no version")] },
    });
    expect(await put("ola", 2, ["p-1"], null)).toMatchObject({ status: 403, code: "own-request" });
    expect(await put("lee", 2, ["p-1"], null)).toMatchObject({ status: 200, inForce: true });
    const two = versionOf("barred", ["p-1", "p-2"]);
    expect(await put("ola", 3, ["p-1", "p-2"], first)).toMatchObject({ status: 200, inForce: true, loosens: [] });
    expect(await put("ola", 4, ["p-2"], two)).toMatchObject({
      status: 200,
      inForce: false,
      loosens: expect.arrayContaining([expect.stringContaining("quoting: ")]) as unknown,
      list: { version: two, size: 2 },
    });
    expect(await put("kit", 5, ["p-2"], two)).toMatchObject({ status: 200, inForce: true });
    expect(await ask("ola", "GET", "/v1/lists/barred")).toMatchObject({
      names: ["p-2"],
      waiting: null,
      changes: [
        { n: 5, person: "kit", added: [], removed: ["p-1"] },
        { n: 4, person: "ola", alone: false },
        { n: 3, person: "ola", alone: true, added: ["p-2"], removed: [] },
        { n: 2, person: "lee" },
        { n: 1, person: "ola", added: ["p-1"] },
      ],
    });
  });

  test.for<[string, () => Promise<object>, number, string]>([
    ["by a seller", () => put("sam", 6, ["p-3"], null), 403, "wrong-role"],
    ["signed for other names", () => put("ola", 6, ["p-3"], null, { version: "b".repeat(64) }), 403, "not-signed"],
    ["at another place of the history", () => put("ola", 9, ["p-3"], null), 409, "stale-release"],
    ["over a version that is not in force", () => put("ola", 6, ["p-3"], "c".repeat(64)), 409, "stale-release"],
    ["with a name in another spelling", () => put("ola", 6, [" p-3"], null), 422, "release-refused"],
    ["with what it holds already", () => put("ola", 6, ["p-2"], versionOf("barred", ["p-2"])), 409, "list-unchanged"],
  ])("a change is refused %s", async ([, asked, status, code]) => {
    expect(await asked()).toMatchObject({ status, code });
  });

  test("names are read by who works with policies, and a list that is not there is told so", async () => {
    expect(await ask("sam", "GET", "/v1/lists/barred")).toMatchObject({ status: 403, code: "wrong-role" });
    expect(await ask("ola", "GET", "/v1/lists/nobody")).toMatchObject({ status: 404, code: "not-found" });
  });
});
