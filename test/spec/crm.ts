import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Permit } from "../../domain/permit.ts";
import type { CrmReader, CrmWriter } from "../../tools/crm/port.ts";
import { ToolError } from "../../tools/tool-error.ts";

/** A CRM that holds the deal `d1` with `quote_status` `draft`, and what it says it did itself. */
export type CrmSubject = {
  readonly crm: CrmReader & CrmWriter;
  /** The notes on the deal, and the number of calls that changed something. */
  says(): Promise<{ readonly notes: readonly string[]; readonly changes: number }>;
  close(): Promise<void>;
};

const company = "acme";

function permit(effectKey: string): Permit {
  const decidedAt = "2026-03-02T09:00:00.000Z";
  const names = { company, caseId: "acme:quoting:deal-d1", decisionId: "dec_1", tool: "crm.add-note", decidedAt };
  return { ...names, permitId: "prm_1", actionDigest: "ab".repeat(32), effectKey };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => (error instanceof ToolError ? error.code : String(error)),
  );

/** What every CRM must do, whoever makes it. */
export function crmSpec(name: string, open: () => Promise<CrmSubject>): void {
  describe(`crm: ${name}`, () => {
    let subject: CrmSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const deal = { objectType: "deal", objectId: "d1" };
    const update = { ...deal, property: "quote_status", value: "approved" };
    const note = { ...deal, text: "Mandate: executed (execute, dec_1). Within the limit" };
    const status = async () => (await subject.crm.readRecord(company, "deal", "d1"))?.value["quote_status"];

    test("reads an object with its version, and says when there is none", async () => {
      expect(await subject.crm.readRecord(company, "deal", "d1")).toMatchObject({
        source: { source: "crm.record", ref: "deal/d1", version: expect.any(String) as string },
        value: { quote_status: "draft" },
      });
      expect(await subject.crm.readRecord(company, "deal", "absent")).toBeUndefined();
    });

    test.for([
      ["an update", () => subject.crm.updateProperty(permit("update"), update)],
      ["a note", () => subject.crm.addNote(permit("note"), note)],
    ] as const)("%s sent twice under one key happens once, and has one answer", async ([, call]) => {
      const { changes } = await subject.says();
      const answers = [await call(), await call()];
      expect(answers[1]).toEqual(answers[0]);
      expect((await subject.says()).changes).toBe(changes + 1);
    });

    test("is changed as it was asked", async () => {
      expect([await status(), (await subject.says()).notes]).toEqual(["approved", [note.text]]);
    });

    test("tells what it knows under a key, and nothing under another", async () => {
      expect(await subject.crm.findCall(company, "note")).toEqual(await subject.crm.addNote(permit("note"), note));
      expect(await subject.crm.findCall(company, "never-sent")).toBeUndefined();
    });

    test("refuses a key that was used for another request", async () => {
      const other = { ...note, text: "something else" };
      expect(await codeOf(subject.crm.addNote(permit("note"), other))).toBe("TARGET_KEY_REUSED");
      expect(await codeOf(subject.crm.updateProperty(permit("note"), update))).toBe("TARGET_KEY_REUSED");
    });

    test("refuses an object that it does not have, and nothing is kept", async () => {
      const gone = { objectType: "deal", objectId: "absent" };
      expect(await codeOf(subject.crm.addNote(permit("gone-note"), { ...gone, text: "x" }))).toBe("TARGET_REFUSED");
      expect(await codeOf(subject.crm.updateProperty(permit("gone"), { ...update, ...gone }))).toBe("TARGET_REFUSED");
      expect(await subject.crm.findCall(company, "gone-note")).toBeUndefined();
    });
  });
}
