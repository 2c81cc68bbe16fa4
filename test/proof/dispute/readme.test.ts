import { describe, expect, test } from "vitest";
import { disputeOf } from "../../../proof/dispute/dispute.ts";
import { readmeText } from "../../../proof/dispute/readme.ts";
import { quoteCase } from "./case-fixture.ts";

async function readme(changes: { readonly intact?: boolean; readonly caseId?: string } = {}, hasBundle = true) {
  const dispute = disputeOf(await quoteCase(180_000), "dec_1");
  if (dispute === undefined) throw new Error("no dispute");
  return readmeText({ ...dispute, ...changes }, { hasBundle, reader: "acme" });
}

describe("README.txt", () => {
  test("says how to verify with Mandate, with Go and by hand, and whose keys to take", async () => {
    const headings = (await readme()).split("\n").filter((_, at, lines) => /^-+$/.test(lines[at + 1] ?? ""));
    expect(headings).toEqual([
      "What is here",
      "Verify it with Mandate, offline",
      "Verify it with Go's own code",
      "By hand",
      "Whose keys",
    ]);
  });

  test("warns of records that do not hold, and of those that wait, before anything else", async () => {
    const [, , , , first, , second] = (await readme({ intact: false })).split("\n");
    expect([first, second]).toEqual([
      "THE RECORDS DO NOT HOLD: a hash, a digest or the numbering of the case is wrong.",
      "Not all records are under a checkpoint yet: make this folder again later.",
    ]);
  });

  test("without a bundle tells how to get one, in a command that a case's name cannot break out of", async () => {
    const text = await readme({ caseId: "acme:quoting:x'; rm -rf ~ #\n" }, false);
    expect(text).toContain("npx mandate audit export --case 'acme:quoting:x'\\''; rm -rf ~ #' --out bundle\n");
  });
});
