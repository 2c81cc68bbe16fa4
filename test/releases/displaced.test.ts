import { afterAll, beforeAll, expect, test } from "vitest";
import { signWords } from "../../releases/signature.ts";
import { releaseWords } from "../../domain/policy-release.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { NOW_MS } from "../fixtures/hubspot.ts";
import { givenRelease, givenSigner, keyOf, LOOSER, quotingBundle, TIGHTER } from "../fixtures/release.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
const inForce = quotingBundle(null);
/** Three releases after it: two that are looser, and one that one person may put in force. */
const wider = quotingBundle(inForce.release, LOOSER);
const widest = quotingBundle(inForce.release, { "percent: 15%, allowed": "percent: 17%, allowed" });
const tighter = quotingBundle(inForce.release, TIGHTER);
const AT = new Date(NOW_MS).toISOString();
const authors = ["ola", "kim", "max", "tim"];

beforeAll(async () => {
  database = await testDatabase();
  await givenRelease(database.pool, "acme", 1, inForce);
  for (const person of authors) await givenSigner(database.pool, "acme", person);
});
afterAll(() => database.drop());

type Answered = { readonly status: number; readonly [name: string]: unknown };

async function ask(person: string, method: string, path: string, body?: object): Promise<Answered> {
  const role = person === "lee" ? "regional-director" : "ops-engineer";
  const headers = await headersOf(database.pool, person, role);
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await apiOn(database.pool).request(path, { method, headers, ...sent });
  const answer = (await response.json()) as { [name: string]: unknown };
  return { status: response.status, ...answer };
}

type Bundle = typeof wider;

/** One person's proposal at a place of the history, with or without the word that it takes another's place. */
function propose(person: string, n: number, { release, document }: Bundle, replaces: string | null = null) {
  const about = { n, parent: inForce.release, canaryPpm: 1_000_000, replaces, reason: "because", at: AT };
  const words = releaseWords({ ...about, company: "acme", action: "apply", release, person });
  const signature = signWords(words, keyOf(person));
  return ask(person, "PUT", `/v1/releases/${release}`, { ...about, signature, document });
}

test("of four who propose at once one release waits, and the others are told whose", async () => {
  const at = await Promise.all(authors.map((person, i) => propose(person, 3, i % 2 === 0 ? wider : widest)));
  const codes = at.map(({ status, code }) => `${status} ${String(code)}`);
  const refusals = codes.filter((one) => !one.startsWith("200"));
  expect(refusals).toHaveLength(3);
  expect(refusals.filter((one) => !/^409 (stale-release|release-waits)$/.test(one))).toEqual([]);
  const { waiting } = await ask("lee", "GET", "/v1/releases");
  const { person } = waiting as { person: string };
  expect(at.map(({ status }) => status).indexOf(200)).toBe(authors.indexOf(person));
  const { status, code, detail } = await propose("kim", 4, tighter);
  expect([status, code]).toEqual([409, "release-waits"]);
  const { release } = waiting as { release: string };
  expect(detail).toBe(`apply of \`${release.slice(0, 12)}\` by ${person} waits for a second person since ${AT} (0 ms)`);
});

test("what may be loosened by it is shown with what waits", async () => {
  const { waiting } = await ask("lee", "GET", "/v1/releases");
  expect(waiting).toMatchObject({
    at: AT,
    loosens: [expect.stringMatching(/^quoting: escalate to partner-manager becomes execute where /)],
  });
});

test("another word than the release that waits puts nothing in its place", async () => {
  expect(await propose("ola", 4, tighter, tighter.release)).toMatchObject({ status: 409, code: "release-waits" });
});

test("who says so puts their release in its place: its author is told until they act, and the history shows it", async () => {
  const { waiting: before } = await ask("lee", "GET", "/v1/releases");
  const waiting = before as { release: string; person: string };
  const other = waiting.person === "tim" ? "max" : "tim";
  const taken = await propose(other, 4, tighter, waiting.release);
  const by = { n: 4, release: tighter.release, person: other, at: AT };
  const displaced = { was: "waiting", release: waiting.release, person: waiting.person, by };
  expect(taken).toMatchObject({ status: 200, state: "in-force", displaced: [displaced] });
  const { changes, ...standing } = await ask("lee", "GET", "/v1/releases");
  expect(standing).toMatchObject({ n: 4, inForce: tighter.release, waiting: null, displaced: [displaced] });
  expect((changes as object[])[0]).toMatchObject({ n: 4, action: "apply", replaces: waiting.release, person: other });
});

test("a word for a release that waits for nobody is refused", async () => {
  const after = quotingBundle(tighter.release, LOOSER);
  const about = { n: 5, parent: tighter.release, canaryPpm: 1_000_000, replaces: wider.release, reason: "so", at: AT };
  const words = releaseWords({ ...about, company: "acme", action: "apply", release: after.release, person: "ola" });
  const body = { ...about, signature: signWords(words, keyOf("ola")), document: after.document };
  expect(await ask("ola", "PUT", `/v1/releases/${after.release}`, body)).toMatchObject({
    status: 409,
    code: "not-waiting",
  });
});

test("a canary is ended by a word that is signed: else it is told whose it is, for how many and how long it runs", async () => {
  const world = "canaries";
  await givenRelease(database.pool, world, 1, inForce);
  await givenRelease(database.pool, world, 3, wider, { parent: inForce.release, canaryPpm: 100_000 });
  const put = async (replaces: string | null) => {
    const about = { n: 5, parent: inForce.release, canaryPpm: 1_000_000, replaces, reason: "because", at: AT };
    const words = releaseWords({ ...about, company: world, action: "apply", release: tighter.release, person: "ola" });
    const headers = await headersOf(database.pool, "ola", "ops-engineer", world);
    const body = JSON.stringify({ ...about, signature: signWords(words, keyOf("ola")), document: tighter.document });
    const api = apiOn(database.pool, { company: world });
    const path = `/v1/releases/${tighter.release}`;
    return (await api.request(path, { method: "PUT", headers, body })).json() as Promise<object>;
  };
  const id = wider.release.slice(0, 12);
  expect(await put(null)).toMatchObject({
    status: 409,
    code: "canary-runs",
    detail: `canary \`${id}\` by ola runs for 10 % of subjects since ${AT} (0 ms)`,
  });
  expect(await put(widest.release)).toMatchObject({ status: 409, code: "canary-runs" });
  // Its own author ends it: nobody else is to be told.
  expect(await put(wider.release)).toMatchObject({ state: "in-force", displaced: [] });
  const { rows } = await database.pool.query<{ replaces: string }>(
    "select replaces from policy_release_event where company = $1 and n = 5",
    [world],
  );
  expect(rows).toEqual([{ replaces: wider.release }]);
});
