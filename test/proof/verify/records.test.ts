import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disclose, disclosureDigest, readDisclosure } from "../../../audit/disclosure.ts";
import { readLine, DisclosureLine, ErasedLine, writeLine } from "../../../proof/bundle/lines.ts";
import type { Envelope } from "../../../domain/audit-record.ts";
import { givenBundle, exported, type BundleFiles, type GovernedCases } from "../../fixtures/governed-log.ts";
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

const seqOf = (caseId: string, n: number) =>
  envelopesOf(files).findIndex((one) => one.case.id === caseId && one.case.n === n);

/** The disclosures of one record of acme's own log changed; none left leaves the line out. */
const telling = (seq: number, change: (told: readonly string[]) => readonly string[], of = files) =>
  changed(of, {
    "disclosures.jsonl": lines((all) =>
      all.flatMap((line) => {
        const told = readLine(DisclosureLine, line);
        if (told.log !== "acme" || told.seq !== seq) return [line];
        const disclosures = [...change(told.disclosures)];
        return disclosures.length === 0 ? [] : [writeLine({ ...told, disclosures }).trimEnd()];
      }),
    ),
  });
const toldOf = (seq: number): readonly string[] => {
  const told = (files.get("disclosures.jsonl")?.toString() ?? "").split("\n").slice(0, -1);
  return told.map((line) => readLine(DisclosureLine, line)).find((one) => one.log === "acme" && one.seq === seq)!
    .disclosures;
};
const onlyOf = (caseId: string, n: number, change: (envelope: Envelope) => Envelope) => (all: Envelope[]) =>
  all.map((one) => (one.case.id === caseId && one.case.n === n ? change(one) : one));

describe("check 5, envelope schema", () => {
  test.for([
    ["a field that no envelope has", (one: Envelope) => ({ ...one, extra: true })],
    ["a kind that no record has", (one: Envelope) => ({ ...one, kind: "wish" })],
    ["the name of another log", (one: Envelope) => ({ ...one, log: "acme~globex" })],
    ["a digest twice", (one: Envelope) => ({ ...one, sd: [...one.sd, one.sd.at(-1) ?? ""] })],
  ] as const)("%s is found, though the log's key signed it", async ([, change]) => {
    const forged = await rewritten(
      files,
      onlyOf(cases.blocked, 1, (one) => change(one) as Envelope),
    );
    const verification = await verified(forged);
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 5)).toMatchObject([{ log: "acme", case: cases.blocked, n: 1 }]);
  });
});

describe("check 6, disclosures are those committed to", () => {
  test("a changed disclosure is found by its record", async () => {
    const seq = seqOf(cases.blocked, 2);
    const verification = await verified(
      telling(seq, ([, ...rest]) => [disclose("c2FsdA", "facts", { hours: 1 }), ...rest]),
    );
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 6)).toMatchObject([{ log: "acme", seq, case: cases.blocked, n: 2 }]);
  });

  test("two disclosures that were exchanged are both found", async () => {
    const [one, other] = [seqOf(cases.blocked, 2), seqOf(cases.rejected, 2)];
    const [mine = "", yours = ""] = [toldOf(one)[0], toldOf(other)[0]];
    const half = telling(one, ([, ...rest]) => [yours, ...rest]);
    const both = new Map(half).set(
      "disclosures.jsonl",
      Buffer.from(half.get("disclosures.jsonl")!.toString().replace(`"${yours}"`, `"${mine}"`)),
    );
    expect(foundBy(await verified(both), 6).length).toBeGreaterThan(0);
    expect((await verified(both)).outcome).toBe("tampered");
  });

  test("one that is told twice, one of no record, and a line out of its order are found", async () => {
    const seq = seqOf(cases.blocked, 2);
    const twice = telling(seq, (told) => [...told, told[0] ?? ""]);
    expect(foundBy(await verified(twice), 6)).toMatchObject([{ seq, what: expect.stringContaining("there twice") }]);
    const stray = writeLine({ log: "acme", seq: 999, disclosures: ["x"] });
    const more = changed(files, { "disclosures.jsonl": (bytes) => bytes.toString() + stray });
    expect(foundBy(await verified(more), 6)).toMatchObject([
      { seq: 999, what: expect.stringContaining("not in the bundle") },
    ]);
    const turned = changed(files, { "disclosures.jsonl": lines((all) => all.toReversed()) });
    expect((await verified(turned)).outcome).toBe("tampered");
  });
});

describe("check 6, no field is said twice", () => {
  /** A log that was written anew, whose record commits to one more disclosure, and discloses it. */
  async function saidAgain(name: string) {
    const again = disclose("c2FsdA", name, "another");
    const more = onlyOf(cases.blocked, 2, (one) => ({ ...one, sd: [...one.sd, disclosureDigest(again)].toSorted() }));
    const seq = seqOf(cases.blocked, 2);
    return telling(seq, (told) => [...told, again], await rewritten(files, more));
  }

  test("neither one that the record shows nor one that it discloses", async () => {
    const seq = seqOf(cases.blocked, 2);
    const shown = Object.keys(envelopesOf(files)[seq]!.fields);
    const disclosed = toldOf(seq).map((one) => readDisclosure(one).name);
    expect([shown.length, disclosed.length]).toEqual([expect.toSatisfy(isSome), expect.toSatisfy(isSome)]);
    for (const name of [...shown, ...disclosed]) {
      const verification = await verified(await saidAgain(name));
      expect(verification.outcome).toBe("tampered");
      const what = expect.stringContaining(`says \`${name}\` a second time`) as string;
      expect(foundBy(verification, 6), name).toMatchObject([{ seq, case: cases.blocked, n: 2, what }]);
    }
  });

  const isSome = (count: number) => count > 2;
});

describe("check 7, parents precede and numbers are contiguous", () => {
  test("a record left out is named by the one after it", async () => {
    const forged = await rewritten(files, (all) =>
      all.filter(({ case: of }) => !(of.id === cases.approved && of.n === 4)),
    );
    const verification = await verified(forged);
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 7)).toContainEqual(
      expect.objectContaining({
        case: cases.approved,
        n: 5,
        what: "it is number 5 of its case, and number 4 is not there",
      }),
    );
  });

  test("two records that were swapped are found", async () => {
    const [a, b] = [seqOf(cases.executed, 1), seqOf(cases.executed, 2)];
    const swapped = await rewritten(files, (all) =>
      all.map((one, at) => (at === a ? all[b]! : at === b ? all[a]! : one)),
    );
    expect(foundBy(await verified(swapped), 7)).toContainEqual(
      expect.objectContaining({ case: cases.executed, n: 2, what: expect.stringContaining("comes after it") }),
    );
  });

  test("a record that was put in is found by its number", async () => {
    const forged = await rewritten(files, (all) => {
      const at = seqOf(cases.blocked, 2);
      return all.toSpliced(at + 1, 0, { ...all[at]!, key: "put in" });
    });
    expect(foundBy(await verified(forged), 7)).toMatchObject([
      { case: cases.blocked, what: "it is number 2 of its case, which had number 2 already" },
    ]);
  });

  test("a parent that no log holds is found", async () => {
    const forged = await rewritten(
      files,
      onlyOf(cases.blocked, 2, (one) => ({ ...one, parents: ["0".repeat(64)] })),
    );
    expect(foundBy(await verified(forged), 7)).toMatchObject([
      { case: cases.blocked, n: 2, what: expect.stringContaining("is in no log of the bundle") },
    ]);
  });
});

describe("check 8, blob and policy hashes", () => {
  const blobs = () => [...files.keys()].filter((path) => path.startsWith("blobs/"));

  test("every value beside its record may be changed by nobody", async () => {
    expect(blobs()).toHaveLength(3);
    for (const path of blobs()) {
      const verification = await verified(changed(files, { [path]: (bytes) => `${bytes.toString()} ` }));
      expect(verification.outcome).toBe("tampered");
      expect(foundBy(verification, 8)).toMatchObject([{ log: "acme", what: expect.stringContaining(path) }]);
    }
  });

  test("one that was taken away cannot be checked, and is named", async () => {
    for (const path of blobs()) {
      const verification = await verified(changed(files, { [path]: () => undefined }));
      expect(verification.outcome).toBe("incomplete");
      expect(foundBy(verification, 8)).toMatchObject([{ log: "acme", what: expect.stringContaining(path) }]);
    }
  });

  test("a decision that names another policy version than a document's digest is found", async () => {
    const other = { id: "shipping", version: "v1" };
    const forged = await rewritten(
      files,
      onlyOf(cases.blocked, 2, (one) => ({ ...one, fields: { ...one.fields, policy: other } })),
    );
    expect(foundBy(await verified(forged), 8)).toMatchObject([
      { case: cases.blocked, n: 2, what: expect.stringContaining("no SHA-256") },
    ]);
  });
});

describe("check 12, erasures accounted for", () => {
  const erasedLine = (change: (line: ErasedLine) => ErasedLine | undefined) =>
    changed(files, {
      "erased.jsonl": lines((all) =>
        all.flatMap((line) => {
          const next = change(readLine(ErasedLine, line));
          return next === undefined ? [] : [writeLine(next).trimEnd()];
        }),
      ),
    });

  test("what was erased is accounted for by the erasure's record", async () => {
    const { outcome, closed, notReplayed } = await verified(files);
    expect({ outcome, notReplayed }).toEqual({ outcome: "pass", notReplayed: { erased: 1, withoutPolicy: 0 } });
    expect(closed).toMatchObject({ withheld: 0, erased: expect.toSatisfy((count: number) => count > 0) });
  });

  test("the case that was erased is exported with that record", async () => {
    const alone = await exported(database.pool, { kind: "case", case: cases.erased });
    expect(summary(await verified(alone))).toEqual({ outcome: "pass", checks: [] });
  });

  test("a disclosure that was taken away is named, and told from one that was erased", async () => {
    const seq = seqOf(cases.blocked, 2);
    const verification = await verified(telling(seq, ([, ...rest]) => rest));
    expect(verification.outcome).toBe("incomplete");
    expect(foundBy(verification, 12)).toMatchObject([
      {
        kind: "incomplete",
        log: "acme",
        seq,
        case: cases.blocked,
        n: 2,
        what: expect.stringMatching(/^1 of its \d+ digests/),
      },
    ]);
  });

  test("an erasure that is claimed for what is disclosed, for more records, or under no record is found", async () => {
    const more = erasedLine((line) => ({ ...line, digests: line.digests + 1 }));
    expect(foundBy(await verified(more), 12)[0]).toMatchObject({ kind: "tampered", case: cases.erased });
    const none = erasedLine((line) => ({ ...line, under: ["no such record"] }));
    expect(foundBy(await verified(none), 12)[0]?.what).toContain("which the bundle does not hold");
    const hidden = telling(seqOf(cases.blocked, 2), () => []);
    const line = readLine(ErasedLine, files.get("erased.jsonl")!.toString().split("\n")[0]!);
    const seq = seqOf(cases.blocked, 2);
    const digests = envelopesOf(files)[seq]!.sd.length;
    const claimed = changed(hidden, {
      "erased.jsonl": lines((all) =>
        [...all.map((one) => readLine(ErasedLine, one)), { ...line, seq, digests }]
          .toSorted((a, b) => a.seq - b.seq)
          .map((one) => writeLine(one).trimEnd()),
      ),
    });
    expect(foundBy(await verified(claimed), 12)[0]?.what).toMatch(/3 records are said to be erased .* which erased 2/);
  });

  test("an erasure that nobody claims leaves its digests withheld", async () => {
    const verification = await verified(erasedLine(() => undefined));
    expect(verification.outcome).toBe("incomplete");
    expect(foundBy(verification, 12)[0]).toMatchObject({ case: cases.erased });
  });
});
