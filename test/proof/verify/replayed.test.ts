import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disclose, disclosureDigest, readDisclosure } from "../../../audit/disclosure.ts";
import { DisclosureLine, readLine, writeLine } from "../../../proof/bundle/lines.ts";
import type { Json } from "../../../domain/json.ts";
import { givenBundle, type BundleFiles, type GovernedCases } from "../../fixtures/governed-log.ts";
import type { TestDatabase } from "../../setup/database.ts";
import { envelopesOf, rewritten } from "./rewritten.ts";
import { changed, foundBy, lines, summary, verified } from "./verified.ts";

let database: TestDatabase;
let cases: GovernedCases;
let files: BundleFiles;

beforeAll(async () => {
  ({ database, cases, files } = await givenBundle());
});
afterAll(() => database.drop());

/** The blocked decision recorded with another value, by somebody who signs with the right key and commits to it. */
async function withField(name: string, value: Json): Promise<BundleFiles> {
  const seq = envelopesOf(files).findIndex((one) => one.case.id === cases.blocked && one.case.n === 2);
  let digest = "";
  const other = disclose("c2FsdHNhbHRzYWx0c2FsdA", name, value);
  const told = changed(files, {
    "disclosures.jsonl": lines((all) =>
      all.map((line) => {
        const read = readLine(DisclosureLine, line);
        if (read.log !== "acme" || read.seq !== seq) return line;
        const old = read.disclosures.find((one) => readDisclosure(one).name === name) ?? "";
        digest = disclosureDigest(old);
        const disclosures = read.disclosures.map((one) => (one === old ? other : one));
        return writeLine({ ...read, disclosures }).trimEnd();
      }),
    ),
  });
  return rewritten(told, (all) =>
    all.map((one, at) =>
      at === seq ? { ...one, sd: [...one.sd.filter((had) => had !== digest), disclosureDigest(other)].sort() } : one,
    ),
  );
}

describe("check 11, guardrail replay", () => {
  test("every decision that was not erased comes out as it is recorded", async () => {
    const { checks, notReplayed } = await verified(files);
    const decisions = envelopesOf(files).filter(({ kind }) => kind === "decision").length;
    expect(checks.find(({ check }) => check === 11)).toMatchObject({ checked: decisions, found: 0 });
    expect(notReplayed).toEqual({ erased: 1, withoutPolicy: 0 });
  });

  test("a decision whose recorded facts give another verdict is named with both", async () => {
    const verification = await verified(await withField("facts", { hours: 1, worth: 12000, isCleared: true }));
    expect(summary(verification)).toEqual({ outcome: "differs", checks: [11] });
    expect(foundBy(verification, 11)).toMatchObject([
      {
        case: cases.blocked,
        n: 2,
        what: expect.stringMatching(/^taken again, verdict was "block" and comes out as "execute"/),
      },
    ]);
  });

  test("a decision whose facts are not shown cannot be taken again", async () => {
    const seq = envelopesOf(files).findIndex((one) => one.case.id === cases.blocked && one.case.n === 2);
    const hidden = changed(files, {
      "disclosures.jsonl": lines((all) =>
        all.filter((line) => readLine(DisclosureLine, line).seq !== seq || !line.includes(`"acme"`)),
      ),
    });
    const verification = await verified(hidden);
    expect(summary(verification)).toEqual({ outcome: "incomplete", checks: [11, 12] });
    expect(foundBy(verification, 11)).toMatchObject([{ case: cases.blocked, n: 2 }]);
  });

  test("without a replay the check says that it had nothing to check", async () => {
    const { checks } = await verified(files, { replay: undefined });
    expect(checks.find(({ check }) => check === 11)).toMatchObject({ checked: 0, found: 0 });
  });
});
