import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../audit/digest.ts";
import { askSides, lapseAgreement, readAgreement, takeAsk } from "../../audit/ledgers/agreements.ts";
import { followExecutor, sayWord, type GivenWord, type WordOutcome } from "../../audit/ledgers/agreement-words.ts";
import { readRecords, type LedgerPool } from "../../audit/records.ts";
import { tellStory } from "../../audit/story.ts";
import { askedFixture, ASKED_AT, DEADLINE, givenAsked } from "../fixtures/agreements.ts";
import { givenRequesters } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const BEFORE = "2026-03-09T08:59:59.999Z";
const AFTER = "2026-03-09T09:00:00.001Z";

let database: TestDatabase;
let acme: LedgerPool;
let juniper: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  [acme, juniper] = await Promise.all([database.poolOf("acme"), database.poolOf("juniper")]);
  await givenRequesters(acme, "acme");
});
afterAll(() => database.drop());

type Named = { readonly agreementId: string; readonly digest: string };
type Word = GivenWord["word"];

const dana = (agreementId: string, word: Word) =>
  ({ personId: "dana", role: "partner-manager", via: "door", requestKey: `${agreementId}/${word}` }) as const;

/** Dana's word, for acme. */
const ours = ({ agreementId, digest }: Named, word: Word, changes: Partial<GivenWord> = {}) =>
  sayWord(acme, {
    company: "acme",
    agreementId,
    digest,
    side: "acme",
    word,
    at: BEFORE,
    by: dana(agreementId, word),
    ...changes,
  });
/** Juniper's word, as acme's door hears it. */
const theirs = ({ agreementId, digest }: Named, word: Word, changes: Partial<GivenWord> = {}) =>
  sayWord(acme, { company: "acme", agreementId, digest, side: "juniper", word, at: BEFORE, ...changes });

const codeOf = (outcome: WordOutcome) => (outcome.kind === "refused" ? outcome.code : outcome.row.state);
const stateOf = async ({ agreementId }: Named) => (await readAgreement(acme, { company: "acme", agreementId }))?.state;
const story = async (pool: LedgerPool, company: string, caseId: string) =>
  tellStory((await readRecords(pool, company, caseId)).records).map(({ who, text }) => `${who} ${text}`);
const waiting = async (topic: string, { agreementId }: Named) =>
  (
    await acme.query<{ payload: object }>(
      "select payload from outbox where topic = $1 and key like $2 order by outbox_id",
      [topic, `${agreementId}%`],
    )
  ).rows.map(({ payload }) => payload);

describe("an agreement", () => {
  test("is ready with one ok of each side; its case is woken by its id alone, and the other side told of each word", async () => {
    const asked = await givenAsked(acme, "both");
    const by = { ...dana(asked.agreementId, "ok"), reason: "good terms" };
    expect(codeOf(await ours(asked, "ok", { by }))).toBe("asked");
    expect(codeOf(await theirs(asked, "ok"))).toBe("ready");
    const { agreementId, caseId } = asked;
    expect(await waiting("agreement", asked)).toEqual([{ caseId, agreementId }]);
    expect(await waiting("word", asked)).toEqual(
      ["ask", "ok-of-acme", "ok-of-juniper"].map((what) => ({ caseId, agreementId, to: "juniper", what })),
    );
    expect((await story(acme, "acme", caseId)).slice(1)).toEqual([
      "acme asks acme and juniper to agree until 2026-03-09 09:00 UTC",
      "dana agrees for acme: good terms",
      "juniper agrees",
    ]);
  });

  test("is asked once per proposal", async () => {
    const asked = await givenAsked(acme, "once");
    await ours(asked, "refuse");
    expect(await askSides(acme, { ...asked.ask, at: BEFORE })).toEqual({
      agreementId: asked.agreementId,
      state: "refused",
    });
    expect(await waiting("word", asked)).toHaveLength(2);
  });

  test("a word said twice has its first answer, under whatever key, whatever came since", async () => {
    const asked = await givenAsked(acme, "twice");
    await ours(asked, "ok");
    await theirs(asked, "ok");
    await theirs(asked, "withdraw");
    const lee = { ...dana(asked.agreementId, "ok"), personId: "lee", requestKey: "another" };
    for (const again of [
      await ours(asked, "ok"),
      await ours(asked, "ok", { by: lee, at: AFTER }),
      await theirs(asked, "ok"),
    ]) {
      expect(again).toMatchObject({ kind: "taken", fresh: false, row: { state: "withdrawn" } });
    }
    expect((await readRecords(acme, "acme", asked.caseId)).records).toHaveLength(5);
  });

  test.for<[string, string, Partial<GivenWord>]>([
    ["an ok to another digest", "other-digest", { digest: "e".repeat(64) }],
    ["a company that is no side", "no-side", { side: "globex", by: undefined }],
    ["another role", "wrong-role", { by: { ...dana("x", "ok"), role: "seller" } }],
    ["who made the request", "own-request", { by: { ...dana("x", "ok"), personId: "sam" } }],
    ["after the deadline", "past-deadline", { at: AFTER }],
  ])("does not take %s: %s", async ([name, code, changes]) => {
    const asked = await givenAsked(acme, name.replaceAll(" ", "-"));
    expect(codeOf(await ours(asked, "ok", changes))).toBe(code);
    expect((await readAgreement(acme, { company: "acme", agreementId: asked.agreementId }))?.said).toEqual([]);
  });

  test("does not take one key for two words", async () => {
    const [one, other] = [await givenAsked(acme, "key-1"), await givenAsked(acme, "key-2")];
    await ours(one, "ok");
    expect(codeOf(await ours(other, "ok", { by: dana(one.agreementId, "ok") }))).toBe("key-reused");
    expect(codeOf(await ours(one, "withdraw", { by: dana(one.agreementId, "ok") }))).toBe("key-reused");
  });

  test("lapses at its deadline and not before; a word that came first wins", async () => {
    const asked = await givenAsked(acme, "silence");
    const name = { company: "acme", agreementId: asked.agreementId };
    expect(await lapseAgreement(acme, name, BEFORE)).toBe("asked");
    expect(await lapseAgreement(acme, name, DEADLINE)).toBe("lapsed");
    expect(codeOf(await theirs(asked, "ok", { at: DEADLINE }))).toBe("ended");
    const refused = await givenAsked(acme, "refused-first");
    await theirs(refused, "refuse", { at: DEADLINE });
    expect(await lapseAgreement(acme, { ...name, agreementId: refused.agreementId }, DEADLINE)).toBe("refused");
  });

  test("of words that come at once, the ledger says which was first", async () => {
    for (let n = 0; n < 10; n += 1) {
      const asked = await givenAsked(acme, `race-${n}`);
      await ours(asked, "ok");
      const outcomes = (await Promise.all([theirs(asked, "ok"), theirs(asked, "refuse"), ours(asked, "withdraw")])).map(
        codeOf,
      );
      expect(["refused", "withdrawn"]).toContain(await stateOf(asked));
      expect(outcomes).toContain("ended");
    }
  });
});

describe("a copy", () => {
  async function copied(name: string) {
    const asked = await givenAsked(acme, name);
    const { agreementId, digest } = asked;
    const caseId = `juniper:agreement:${agreementId}`;
    const ask = {
      company: "juniper",
      agreementId,
      caseId,
      digest,
      asked: asked.asked,
      role: "partner-manager",
      at: ASKED_AT,
    };
    await takeAsk(juniper, ask);
    const told = (state: "asked" | "ready" | "intent" | "done" | "lapsed", oks: string[] = []) =>
      followExecutor(juniper, { company: "juniper", agreementId, executor: "acme", digest, state, oks, at: BEFORE });
    const said = (word: Word, digestSaid = digest) =>
      sayWord(juniper, { company: "juniper", agreementId, side: "juniper", word, digest: digestSaid, at: BEFORE });
    return { ...asked, ask, told, said, caseId };
  }

  test("is taken only when it is what its digest is of, and once", async () => {
    const { ask, asked } = await copied("content");
    const dearer = { ...asked, args: { ...asked.args, netPriceMinor: 1 } };
    expect(await takeAsk(juniper, { ...ask, asked: dearer })).toBe("other-digest");
    expect(await takeAsk(juniper, { ...ask, asked: dearer, digest: digestOf(dearer) })).toBe("other-digest");
    expect(await takeAsk(juniper, ask)).toMatchObject({ state: "asked", digest: ask.digest });
  });

  test("keeps what its own people say, and stands where the executor says, forward only", async () => {
    const { said, told, caseId, agreementId } = await copied("follows");
    expect(await said("ok")).toMatchObject({ kind: "taken", row: { state: "asked" } });
    expect(await told("intent", ["acme", "juniper"])).toBe("intent");
    expect(await told("ready", ["acme", "juniper"])).toBe("intent");
    expect(await told("lapsed")).toBe("intent");
    expect(codeOf(await said("withdraw"))).toBe("too-late");
    expect(await told("done", ["acme", "juniper"])).toBe("done");
    expect(await story(juniper, "juniper", caseId)).toEqual([
      "acme asks acme and juniper to agree until 2026-03-09 09:00 UTC",
      "juniper agrees",
      "acme agrees",
      "acme says that the agreement is intent",
      "acme says that the agreement is done",
    ]);
    expect(
      (await juniper.query("select payload from outbox where key like $1", [`${agreementId}%`])).rows,
    ).toMatchObject([{ payload: { to: "acme", what: "ok" } }]);
  });

  test("believes nothing that needs an ok which its own company did not give", async () => {
    const { told } = await copied("forged");
    expect(await told("asked", ["acme", "juniper"])).toBe("no-side");
    for (const state of ["ready", "intent", "done"] as const) expect(await told(state, ["acme"])).toBe("no-side");
    expect(await told("lapsed", ["acme"])).toBe("lapsed");
  });
});

describe("the database", () => {
  test("lets an agreement go forward only, ready with all oks only, and acted on with an effect only", async () => {
    const { agreementId, ...asked } = await givenAsked(acme, "guarded");
    const move = (state: string) =>
      acme.query("update agreement set state = $2 where agreement_id = $1", [agreementId, state]);
    await expect(move("ready")).rejects.toThrow("NOT_AGREED");
    await expect(move("done")).rejects.toThrow("FORWARD_ONLY");
    await ours({ agreementId, ...asked }, "ok");
    await theirs({ agreementId, ...asked }, "ok");
    await expect(move("intent")).rejects.toThrow("NO_EFFECT");
    await ours({ agreementId, ...asked }, "withdraw");
    await expect(move("ready")).rejects.toThrow("FORWARD_ONLY");
    await expect(acme.query("delete from agreement_word")).rejects.toMatchObject({ code: "42501" });
  });

  test("shows neither company the other's copy, nor that there are others", async () => {
    const { agreementId } = await givenAsked(acme, "own");
    await givenAsked(acme, "with-globex", { sides: ["acme", "globex"] });
    expect(await readAgreement(juniper, { company: "acme", agreementId })).toBeUndefined();
    expect(await readAgreement(juniper, { company: "juniper", agreementId })).toBeUndefined();
    for (const table of ["agreement", "agreement_word"]) {
      expect((await juniper.query(`select from ${table} where company <> 'juniper'`)).rowCount).toBe(0);
    }
    const planted = sayWord(juniper, {
      company: "acme",
      agreementId,
      side: "juniper",
      word: "ok",
      digest: digestOf(askedFixture()),
      at: BEFORE,
    });
    expect(codeOf(await planted)).toBe("not-found");
    await expect(juniper.query("select tell_sides('acme', $1, 'x')", [agreementId])).resolves.toBeDefined();
    expect((await acme.query("select from outbox where key like '%/x'")).rowCount).toBe(0);
  });
});
