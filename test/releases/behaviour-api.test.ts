import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { givenAnswer, quoteDecision } from "../fixtures/answered-quote.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { givenRelease, LOOSER, quotingBundle, TIGHTER } from "../fixtures/release.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
const inForce = quotingBundle(null);
const looser = quotingBundle(inForce.release, LOOSER);
const tighter = quotingBundle(inForce.release, TIGHTER);

/** Three quotes of two minutes ago: of 12 %, of 15.5 % that people rejected, and of 24 %. */
beforeAll(async () => {
  database = await testDatabase();
  await givenRelease(database.pool, "acme", 1, inForce);
  const asked = { pool: database.pool, company: "acme", at: new Date(Date.now() - 120_000).toISOString() };
  await quoteDecision(asked, "clean", quoteFacts({ effectiveDiscount: 120_000 }));
  await quoteDecision(asked, "high", quoteFacts({ effectiveDiscount: 240_000 }));
  await givenAnswer(asked, "rejected", quoteFacts({ effectiveDiscount: 155_000, listPrice: 10_000_000 }), "reject");
});
afterAll(() => database.drop());

async function ask(method: string, release: string, body?: object) {
  const headers = await headersOf(database.pool, "sam", "seller");
  const path = `/v1/releases/${release}/behaviour`;
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await apiOn(database.pool).request(path, { method, headers, ...sent });
  return { status: response.status, ...((await response.json()) as { readonly [name: string]: unknown }) };
}

const proposed = ({ release, document }: { release: string; document: string }) => ask("POST", release, { document });

describe("what a release would change is told before anybody signs", () => {
  test("a looser one: where, a request there, and what recent history had come to", async () => {
    expect(await proposed(looser)).toMatchObject({
      status: 200,
      release: looser.release,
      against: inForce.release,
      policies: [
        {
          policy: "quoting",
          diff: {
            equal: false,
            changes: [
              {
                direction: "loosening",
                where: expect.stringContaining("effectiveDiscount is over 15 % and at most 16 %"),
                witness: { effectiveDiscount: 150_001 },
                from: { verdict: "escalate", rules: ["manager-band"] },
                to: { verdict: "execute", rules: ["within-mandate"] },
              },
            ],
          },
          undecided: [],
          recent: {
            taken: 3,
            read: 3,
            flips: 1,
            simulation: {
              matrix: { escalate: { execute: 1 } },
              money: expect.arrayContaining([
                expect.objectContaining({ fact: "listPrice", toExecuteMinor: 10_000_000, fromExecuteMinor: 0 }),
              ]),
              contradictions: [{ person: "rejected", to: "execute" }],
            },
          },
        },
      ],
    });
  });

  test("a stricter one loosens nothing, and what it would have blocked is counted", async () => {
    expect(await proposed(tighter)).toMatchObject({
      policies: [{ loosens: [], recent: { flips: 1, simulation: { matrix: { escalate: { block: 1 } } } } }],
    });
  });

  test("what is in force changes nothing", async () => {
    expect(await proposed(inForce)).toMatchObject({ status: 200, policies: [] });
  });
});

describe("a kept release", () => {
  test("is told by its id", async () => {
    expect(await ask("GET", inForce.release)).toMatchObject({ status: 200, against: inForce.release, policies: [] });
  });

  test("one that was only asked about is not kept", async () => {
    await proposed(looser);
    expect(await ask("GET", looser.release)).toMatchObject({ status: 404, code: "not-found" });
  });
});

describe("refused", () => {
  test("a document that is not what the id names", async () => {
    const answer = await ask("POST", looser.release, { document: inForce.document });
    expect(answer).toMatchObject({ status: 422, code: "release-refused" });
  });

  test("a document of more than 8 MiB", async () => {
    const answer = await ask("POST", looser.release, { document: "x".repeat(8_388_608) });
    expect(answer).toMatchObject({ status: 413, code: "too-large" });
  });

  test("an id that is none", async () => {
    expect(await ask("GET", "quoting")).toMatchObject({ status: 400, code: "validation" });
  });
});
