import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../../audit/digest.ts";
import { takeAsk } from "../../../audit/ledgers/agreements.ts";
import { givenPerson, givenRequesters } from "../../fixtures/people.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { askedFixture, ASKED_AT, DEADLINE, givenAsked } from "../../fixtures/agreements.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

const NOW = "2026-03-03T09:00:00.000Z";
const AFTER = "2026-03-09T09:00:00.001Z";

let database: TestDatabase;
let next = 1;
beforeAll(async () => {
  database = await testDatabase();
  await headersOf(database.pool, "dana", "partner-manager");
  await headersOf(database.pool, "eli", "seller");
  await headersOf(database.pool, "mailer", "system");
  await givenRequesters(database.pool, "acme");
  await headersOf(database.pool, "juniper", "peer");
  await headersOf(database.pool, "globex", "peer");
});
afterAll(() => database.drop());

type Answer = { status: number; code?: string; heard?: string; state?: string; url?: string; [more: string]: unknown };
type Asking = { readonly by?: string; readonly at?: string; readonly method?: string; readonly body?: unknown };
const { log, lines } = keptLog();
const apiAt = (at: string) => apiOn(database.pool, { at: () => at }, log);

async function ask(path: string, { by = "dana", at = NOW, method = "POST", body }: Asking = {}): Promise<Answer> {
  const headers = {
    authorization: `Bearer token-${by}`,
    "content-type": "application/json",
    "idempotency-key": `k-${next++}`,
  };
  const response = await apiAt(at).request(`/v1${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { ...((await response.json()) as object), status: response.status };
}

describe("what is asked", () => {
  test("is listed and shown in our own words, with what each side said; who said it for us, and why", async () => {
    const { agreementId, digest } = await givenAsked(database.pool, "shown");
    await ask(`/agreements/${agreementId}/ok`, { body: { digest, reason: "fits" } });
    const found = await ask(`/agreements/${agreementId}`, { method: "GET" });
    expect(found).toMatchObject({
      status: 200,
      state: "asked",
      executor: "acme",
      sides: ["acme", "juniper"],
      expiresAt: DEADLINE,
      ask: expect.stringContaining("A partner") as string,
      said: [{ side: "acme", word: "ok", saidAt: NOW, by: "dana", reason: "fits" }],
    });
    const listed = (await ask("/agreements?state=asked", { method: "GET" }))["agreements"] as { agreementId: string }[];
    expect(listed.map((one) => one.agreementId)).toContain(agreementId);
  });

  test.for<[string, number, string, Asking]>([
    ["by another role", 403, "wrong-role", { by: "eli" }],
    ["after the deadline", 409, "past-deadline", { at: AFTER }],
    ["about something else", 409, "stale-action", { body: { digest: "e".repeat(64) } }],
    ["without a digest", 400, "validation", { body: {} }],
  ])("is not agreed to %s: %i %s", async ([name, status, code, asking]) => {
    const { agreementId, digest } = await givenAsked(database.pool, name.replaceAll(" ", "-"));
    expect(await ask(`/agreements/${agreementId}/ok`, { body: { digest }, ...asking })).toMatchObject({ status, code });
  });
});

describe("another company's token", () => {
  test("brings words and opens nothing else", async () => {
    const { agreementId, digest } = await givenAsked(database.pool, "peer");
    for (const path of ["/agreements", `/agreements/${agreementId}`, "/cases", "/escalations", "/events"]) {
      expect(await ask(path, { by: "juniper", method: "GET" })).toMatchObject({ status: 403, code: "wrong-role" });
    }
    expect(await ask(`/agreements/${agreementId}/ok`, { by: "juniper", body: { digest } })).toMatchObject({
      status: 403,
    });
    expect(await ask(`/agreements/${agreementId}/words`, { body: { word: "ok", digest } })).toMatchObject({
      status: 403,
    });
    const heard = await ask(`/agreements/${agreementId}/words`, { by: "juniper", body: { word: "ok", digest } });
    expect(heard).toEqual({ status: 200, heard: "taken", code: null, state: "asked", oks: ["juniper"] });
  });

  test("learns nothing of agreements with others: the answer is the same as for none", async () => {
    const { agreementId, digest } = await givenAsked(database.pool, "private");
    const word = { word: "ok", digest };
    const others = await ask(`/agreements/${agreementId}/words`, { by: "globex", body: word });
    const none = await ask(`/agreements/agr_00000000000000000000/words`, { by: "globex", body: word });
    expect({ ...others, detail: "" }).toEqual({ ...none, detail: "" });
    expect(others.status).toBe(404);
  });

  test("asks only in its own name, and only what its digest is of", async () => {
    const asked = askedFixture({ executor: "juniper", recordVersions: { juniper: "v1" } });
    const path = "/agreements/agr_0000000000000000000a/words";
    const said = (changes: object) =>
      ask(path, { by: "juniper", body: { word: "ask", digest: digestOf(asked), asked, ...changes } });
    expect(await said({ asked: { ...asked, executor: "acme" } })).toMatchObject({ heard: "refused", code: "no-side" });
    expect(await said({ digest: "e".repeat(64) })).toMatchObject({ heard: "refused", code: "other-digest" });
    expect(await said({})).toEqual({ status: 200, heard: "taken", code: null, state: "asked", oks: [] });
    expect(await said({})).toMatchObject({ heard: "taken" });
    const stands = { word: "stands", digest: digestOf(asked), state: "done", oks: ["acme", "juniper"] };
    // Nobody of acme's has said ok.
    expect(await ask(path, { by: "juniper", body: stands })).toMatchObject({ heard: "refused", state: "asked" });
    expect(await ask(path, { by: "globex", body: stands })).toMatchObject({ status: 404 });
  });

  test("is told when its word comes too late or ended, for good", async () => {
    const { agreementId, digest } = await givenAsked(database.pool, "ended");
    await ask(`/agreements/${agreementId}/refuse`, { body: { digest } });
    const heard = await ask(`/agreements/${agreementId}/words`, { by: "juniper", body: { word: "ok", digest } });
    expect(heard).toMatchObject({ status: 200, heard: "refused", code: "ended", state: "refused" });
  });
});

describe("a link", () => {
  /** Juniper asks; acme's people answer by link. */
  async function linked(name: string) {
    const object = { system: "crm", type: "deal", id: name };
    const asked = askedFixture({ executor: "juniper", recordVersions: { juniper: "v1" }, object });
    const agreementId = `agr_${digestOf(name).slice(0, 20)}`;
    const copy = {
      company: "acme",
      agreementId,
      caseId: `acme:agreement:${agreementId}`,
      digest: digestOf(asked),
      asked,
    };
    await takeAsk(database.pool, { ...copy, role: "partner-manager", at: ASKED_AT });
    const made = await ask(`/agreements/${agreementId}/links`, { by: "mailer", body: { personId: "dana" } });
    const { searchParams } = new URL(made.url ?? "http://none");
    return { agreementId, made, token: searchParams.get("token") ?? "" };
  }
  const page = (token: string, at = NOW) => apiAt(at).request(`/agree?token=${encodeURIComponent(token)}`);
  const press = (token: string, word: string, at = NOW) =>
    apiAt(at).request("/agree", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ token, word }).toString(),
    });

  test("is made by a system, for somebody who may answer", async () => {
    const { agreementId, made } = await linked("made");
    expect(made).toMatchObject({ status: 200, expiresAt: DEADLINE });
    const links = `/agreements/${agreementId}/links`;
    expect(await ask(links, { by: "dana", body: { personId: "dana" } })).toMatchObject({ status: 403 });
    expect(await ask(links, { by: "mailer", body: { personId: "eli" } })).toMatchObject({ status: 403 });
    expect(await ask(links, { by: "mailer", body: { personId: "nobody" } })).toMatchObject({ status: 403 });
  });

  test("shows the ask in words and changes nothing when it is looked at, however often", async () => {
    const { token, agreementId } = await linked("looked");
    for (let n = 0; n < 3; n += 1) {
      const response = await page(token);
      expect([response.status, response.headers.get("referrer-policy")]).toEqual([200, "no-referrer"]);
      expect(await response.text()).toMatch(/juniper asks acme and juniper to agree[^]*A partner/);
    }
    expect(await ask(`/agreements/${agreementId}`, { method: "GET" })).toMatchObject({ state: "asked", said: [] });
  });

  test("says the person's word once, and in their name", async () => {
    const { token, agreementId } = await linked("pressed");
    for (let n = 0; n < 2; n += 1) expect((await press(token, "ok")).status).toBe(200);
    const { said } = await ask(`/agreements/${agreementId}`, { method: "GET" });
    expect(said).toEqual([{ side: "acme", word: "ok", saidAt: NOW, by: "dana", reason: null }]);
    expect((await press(token, "withdraw")).status).toBe(400);
  });

  test("is worth nothing once it expired, was changed, is another company's, or what it was about ended", async () => {
    const { token, agreementId } = await linked("worthless");
    expect((await page(token, AFTER)).status).toBe(404);
    const [claims = "", signature = ""] = token.split(".");
    const other = Buffer.from(Buffer.from(claims, "base64url").toString().replace("dana", "eli")).toString("base64url");
    for (const forged of [`${other}.${signature}`, claims, `${claims}.`, `${claims}.${signature}.x`, "x", "."]) {
      expect([forged.length, (await press(forged, "ok")).status]).toEqual([forged.length, 404]);
    }
    await givenPerson(database.pool, "bolt", { personId: "dana", name: "Dana", role: "partner-manager" });
    const elsewhere = apiOn(database.pool, { company: "bolt", at: () => NOW });
    expect((await elsewhere.request(`/agree?token=${token}`)).status).toBe(404);
    expect((await press(token, "refuse")).status).toBe(200);
    expect(await ask(`/agreements/${agreementId}`, { method: "GET" })).toMatchObject({ said: [{ word: "refuse" }] });
  });

  test("stands in no log and in no table", async () => {
    const { token } = await linked("secret");
    await press(token, "ok");
    const [claims = "", signature = ""] = token.split(".");
    for (const part of [claims, signature]) expect(JSON.stringify(lines)).not.toContain(part);
    for (const word of ["dana", "fits"]) expect(JSON.stringify(lines)).not.toContain(word);
  });
});
