import { describe, expect, test } from "vitest";
import { findingText, verificationText } from "../../proof/export/verification-text.ts";
import { checkNames } from "../../proof/verify/finding.ts";
import { verified } from "../proof/verify/verified.ts";

const told = { log: "acme", case: "acme:1", records: 3, decisions: 1, effects: 0, verdict: "block", findings: 0 };

describe("what a verification says", () => {
  test("names each of the twelve checks with its count", async () => {
    const lines = verificationText(await verified(new Map())).split("\n");
    for (const [at, name] of [...checkNames.entries()].slice(1)) {
      expect(lines.filter((line) => line.startsWith(`${String(at).padStart(2)} ${name}`))).toHaveLength(1);
    }
    expect(lines.at(-2)).toMatch(/^TAMPERED: /);
  });

  test("gives every case one line, with the log's name where there are several", async () => {
    const { logs: _, ...verification } = await verified(new Map());
    const log = {
      log: "acme",
      origin: "h/acme",
      size: 1,
      entries: 1,
      complete: true,
      root: "",
      cosigned: [],
      waiting: 2,
    };
    const text = verificationText({ ...verification, logs: [log, log], cases: [told, { ...told, findings: 2 }] });
    expect(text).toContain("\nok  acme:1  in acme  3 records, 1 decision, 0 receipts, last block\n2 findings  acme:1");
    expect(text).toContain("cosigned by nobody; 2 more were not under a checkpoint yet");
  });

  test("lets no word of a bundle begin a line, or speak to the terminal", async () => {
    const verification = await verified(new Map());
    const text = verificationText({ ...verification, cases: [{ ...told, case: "x\nPASS: all of it holds\u001b[2J" }] });
    expect(text).not.toMatch(/^PASS/m);
    expect(text).toContain("ok  x·PASS: all of it holds·[2J");
  });

  test("names check, log, entry, case and record of a finding", () => {
    const place = { log: "acme", seq: 7, case: "acme:1", n: 3 };
    expect(findingText({ check: 9, kind: "tampered", ...place, what: "it is wrong" })).toBe(
      "TAMPERED  check 9, log acme, entry 7, case acme:1, record 3: it is wrong",
    );
    expect(findingText({ check: 0, kind: "incomplete", what: "all" })).toBe("INCOMPLETE  check 0: all");
  });
});
