import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newSigningKey, publicKeyOf, signWords } from "../../releases/signature.ts";
import { releaseWords, SET_UP, type ReleaseStatement } from "../../domain/policy-release.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { NOW_MS } from "../fixtures/hubspot.ts";
import { givenRelease, keyOf, LOOSER, quotingBundle } from "../fixtures/release.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let inForce = quotingBundle(null);
const next = quotingBundle(inForce.release, LOOSER);
const NOW = new Date(NOW_MS).toISOString();

beforeAll(async () => {
  database = await testDatabase();
  inForce = quotingBundle(null);
  await givenRelease(database.pool, "acme", 1, inForce);
});
afterAll(() => database.drop());

async function ask(person: string, method: string, path: string, body?: unknown) {
  const role = { lee: "regional-director", sam: "seller" }[person] ?? "ops-engineer";
  const headers = await headersOf(database.pool, person, role);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await apiOn(database.pool).request(path, {
    method,
    headers,
    ...(body !== undefined && { body: text }),
  });
  const answer = (await response.json()) as { [name: string]: unknown };
  return { status: response.status, ...answer };
}

/** A signed application of `next`, with some words changed before they are signed, and some of the body after. */
function signed(words: Partial<ReleaseStatement> = {}, body: object = {}) {
  const statement = {
    company: "acme",
    n: 3,
    action: "apply",
    release: next.release,
    parent: inForce.release,
    canaryPpm: 1_000_000,
    replaces: null,
    person: "ola",
    reason: "because",
    at: NOW,
    ...words,
  } as const;
  const signature = signWords(releaseWords(statement), keyOf(statement.person));
  const { n, parent, canaryPpm, replaces, reason, at } = statement;
  return { n, parent, canaryPpm, replaces, reason, at, signature, document: next.document, ...body };
}

const put = (body: unknown, person = "ola") => ask(person, "PUT", `/v1/releases/${next.release}`, body);

describe("a release is refused", () => {
  test.for<[string, () => unknown, number, string]>([
    ["signed for another company", () => signed({ company: "bolt" }), 403, "not-signed"],
    ["signed for another share", () => signed({ canaryPpm: 10_000 }, { canaryPpm: 20_000 }), 403, "not-signed"],
    ["signed six minutes ago", () => signed({ at: new Date(NOW_MS - 360_000).toISOString() }), 403, "not-signed"],
    ["signed six minutes ahead", () => signed({ at: new Date(NOW_MS + 360_000).toISOString() }), 403, "not-signed"],
    ["at another place of the history", () => signed({ n: 4 }), 409, "stale-release"],
    ["after another release", () => signed({ parent: "a".repeat(64) }), 422, "release-refused"],
    ["whose document is another one", () => signed({}, { document: inForce.document }), 422, "release-refused"],
    ["without a reason", () => signed({ reason: " " }), 400, "validation"],
    ["for nobody", () => signed({ canaryPpm: 0 }), 400, "validation"],
    ["for more than all", () => signed({ canaryPpm: 1_000_001 }), 400, "validation"],
    ["with a key twice", () => `{"n":3,"n":3}`, 400, "duplicate-key"],
    ["of more than 8 MiB", () => signed({}, { document: "x".repeat(8_388_608) }), 413, "too-large"],
  ])("%s", async ([, body, status, code]) => {
    expect(await put(body())).toMatchObject({ status, code });
  });

  test("by a seller", async () => {
    expect(await put(signed(), "sam")).toMatchObject({ status: 403, code: "wrong-role" });
  });

  test("by who has no key", async () => {
    expect(await put(signed({ person: "kim" }), "kim")).toMatchObject({ status: 403, code: "not-signed" });
  });

  test("and nothing of all that is kept", async () => {
    expect(await ask("ola", "GET", "/v1/releases")).toMatchObject({ n: 2, inForce: inForce.release, waiting: null });
  });
});

describe("a signing key", () => {
  const register = (person: string, publicKey: string) => ask(person, "POST", "/v1/signing-key", { publicKey });

  test("is registered once: the same again is fine, another one is not", async () => {
    const publicKey = publicKeyOf(newSigningKey());
    expect(await register("max", publicKey)).toEqual({ status: 200, publicKey });
    expect(await register("max", publicKey)).toEqual({ status: 200, publicKey });
    expect(await register("max", publicKeyOf(newSigningKey()))).toMatchObject({ status: 409, code: "key-registered" });
  });

  test.for(["", "AAAA", Buffer.from("no key at all").toString("base64")])("`%s` is none", async (publicKey) => {
    expect(await register("tim", publicKey)).toMatchObject({ status: 400, code: "validation" });
  });

  test("of the set-up is nobody's to register", async () => {
    expect(await register(SET_UP, publicKeyOf(newSigningKey()))).toMatchObject({ status: 403, code: "wrong-role" });
  });
});

test("two people who let a release pass at once: one does, and the other is told", async () => {
  expect(await put(signed())).toMatchObject({ status: 200, state: "waiting" });
  const pass = (person: string) => {
    const { document: _, replaces: __, ...body } = signed({ n: 4, action: "promote", person });
    return ask(person, "POST", `/v1/releases/${next.release}/promote`, body);
  };
  await ask("kim", "POST", "/v1/signing-key", { publicKey: publicKeyOf(keyOf("kim")) });
  const answers = await Promise.all([pass("lee"), pass("kim")]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  expect(await ask("sam", "GET", "/v1/releases")).toMatchObject({ n: 4, inForce: next.release, waiting: null });
  expect(await ask("sam", "GET", `/v1/releases/${next.release}`)).toMatchObject({
    status: 200,
    document: next.document,
  });
  expect(await ask("sam", "GET", `/v1/releases/${"a".repeat(64)}`)).toMatchObject({ status: 404 });
});
