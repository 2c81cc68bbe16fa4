import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import type { Permit } from "../../domain/permit.ts";
import type { EffectTool } from "../../tools/effect-tool.ts";
import type { Fault, FaultKind } from "../../tools/sandbox/faults.ts";
import { ToolError, toolErrorCodes } from "../../tools/tool-error.ts";

/** A tool on a target of its own. */
export type EffectToolSubject = {
  readonly tool: EffectTool;
  /** Arguments that are taken; each name asks for something else. */
  readonly argsOf: (name: string) => JsonObject;
  /** How often the target itself says that this tool acted. */
  acted(): Promise<number>;
  /** Has the target's next call meet a fault. */
  script(fault: Fault): Promise<void>;
  close(): Promise<void>;
};

/** `unscriptable`: why the target cannot be told to fail. */
type About = { readonly name: string; readonly unscriptable?: string };

const company = "acme";

function permitOf(tool: string, effectKey: string): Permit {
  const decidedAt = new Date().toISOString();
  const names = { company, caseId: "acme:quoting:deal-d1", decisionId: "dec_1", tool, decidedAt };
  return { ...names, permitId: "prm_1", actionDigest: "ab".repeat(32), effectKey };
}

function without(args: JsonObject, field: string): JsonObject {
  return Object.fromEntries(Object.entries(args).filter(([name]) => name !== field));
}

/** What a call came to: its code with what that means for the next call, or that it was answered. */
const endOf = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => (error instanceof ToolError ? `${error.code}: ${toolErrorCodes[error.code]}` : String(error)),
  );

const nothingHappens: readonly (readonly [FaultKind, string])[] = [
  ["refuse", "TARGET_REFUSED: terminal"],
  ["unavailable", "TARGET_UNAVAILABLE: retry"],
  ["rate-limit", "TARGET_RATE_LIMITED: retry"],
  ["move-on", "TARGET_MOVED_ON: stale"],
];

/** What every effect tool must do, whoever's system it acts on. */
export function effectToolSpec({ name, unscriptable }: About, open: () => Promise<EffectToolSubject>): void {
  describe(`effect tool: ${name}`, () => {
    let subject: EffectToolSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const send = async (key: string, args: JsonObject = subject.argsOf(key)) =>
      subject.tool.execute(permitOf(subject.tool.name, key), args);
    const lookUp = (key: string) => subject.tool.lookUp(company, key);
    /** How often the target acts while this is done. */
    async function actsIn(work: () => Promise<unknown>): Promise<number> {
      const before = await subject.acted();
      await work();
      return (await subject.acted()) - before;
    }

    test("carries the name that actions call it by", () => expect(subject.tool.name).toBe(name));

    test("acts once under a key, however often it is sent, and gives one answer", async () => {
      const answers: unknown[] = [];
      const acts = await actsIn(async () => {
        answers.push(await send("once"), await send("once"), ...(await Promise.all([send("once"), send("once")])));
      });
      expect([acts, new Set(answers.map((each) => JSON.stringify(each))).size]).toEqual([1, 1]);
    });

    test("ten at the same moment under one key act once", async () => {
      const sendAll = () => Promise.all(Array.from({ length: 10 }, () => send("together")));
      expect(await actsIn(sendAll)).toBe(1);
    });

    test("is found again under its key, and nothing is under another", async () => {
      expect(await lookUp("found")).toBeUndefined();
      const receipt = await send("found");
      expect(receipt).toEqual({ externalRef: expect.any(String) as string, answeredAt: expect.any(String) as string });
      expect(await lookUp("found")).toEqual(receipt);
      expect(await subject.tool.lookUp("globex", "found")).toBeUndefined();
    });

    test("refuses a key that was used for another request", async () => {
      await send("reused");
      const acts = await actsIn(async () => {
        expect(await endOf(send("reused", subject.argsOf("different")))).toBe("TARGET_KEY_REUSED: terminal");
      });
      expect(acts).toBe(0);
    });

    test("refuses arguments that lack a field, or have one too many, and names it", async () => {
      const args = subject.argsOf("wrong");
      const lacking = Object.keys(args).map((field) => [field, without(args, field)] as const);
      for (const [field, wrong] of [...lacking, ["surplus", { ...args, surplus: "x" }] as const]) {
        const sent = send("wrong", wrong);
        await expect(sent, field).rejects.toMatchObject({ code: "TARGET_ARGUMENTS_INVALID" });
        await expect(sent, field).rejects.toThrow(field);
      }
      expect(await lookUp("wrong")).toBeUndefined();
    });

    test("does nothing without a permit, nor with one for another tool", async () => {
      const acts = await actsIn(async () => {
        await expect(subject.tool.execute(undefined as unknown as Permit, subject.argsOf("none"))).rejects.toThrow(
          "undefined",
        );
        const other = subject.tool.execute(permitOf("crm.delete-everything", "none"), subject.argsOf("none"));
        expect(await endOf(other)).toBe("PERMIT_OF_ANOTHER_TOOL: terminal");
      });
      expect([acts, await lookUp("none")]).toEqual([0, undefined]);
    });

    describe.skipIf(unscriptable !== undefined)(
      `when its target fails${unscriptable === undefined ? "" : ` (${unscriptable})`}:`,
      () => {
        const script = (kind: FaultKind, more: Partial<Fault> = {}) => subject.script({ kind, times: 1, ...more });

        test.for(nothingHappens)("%s is %s, nothing happened, and the same key may be sent", async ([kind, end]) => {
          await script(kind);
          expect(await actsIn(async () => expect(await endOf(send(kind))).toBe(end))).toBe(0);
          expect(await lookUp(kind)).toBeUndefined();
          expect(await actsIn(() => send(kind))).toBe(1);
        });

        test("a refusal says why", async () => {
          await script("refuse", { text: "the portal is closed on Sundays" });
          await expect(send("why")).rejects.toThrow("the portal is closed on Sundays");
        });

        test("a lost answer is unknown, is looked up, and acts no second time", async () => {
          await script("lose-answer");
          const acts = await actsIn(async () => expect(await endOf(send("lost"))).toBe("TARGET_ANSWER_LOST: unknown"));
          const found = await lookUp("lost");
          expect([acts, found]).toEqual([1, expect.objectContaining({ externalRef: expect.any(String) as string })]);
          expect(await actsIn(async () => expect(await send("lost")).toEqual(found))).toBe(0);
        });

        test("one that cannot be looked up either is no `it did not happen`", async () => {
          await script("lose-trace");
          const acts = await actsIn(async () => expect(await endOf(send("trace"))).toBe("TARGET_ANSWER_LOST: unknown"));
          expect([acts, await endOf(lookUp("trace"))]).toEqual([1, "TARGET_UNAVAILABLE: retry"]);
        });

        test.for<[FaultKind, Partial<Fault>]>([
          ["delay", { delayMs: 50 }],
          ["answer-twice", {}],
          ["out-of-order", {}],
        ])("%s is answered all the same, once", async ([kind, more]) => {
          await script(kind, more);
          expect(await actsIn(async () => expect(await send(kind)).toEqual(await lookUp(kind)))).toBe(1);
        });

        test("faults are met in their order, each as often as it was scripted, and then no more", async () => {
          await script("unavailable", { times: 2 });
          await script("refuse");
          const ends: string[] = [];
          for (let n = 1; n <= 4; n += 1) ends.push(await endOf(send("in order")));
          const [unavailable, refused] = ["TARGET_UNAVAILABLE: retry", "TARGET_REFUSED: terminal"];
          expect(ends).toEqual([unavailable, unavailable, refused, "answered"]);
        });
      },
    );
  });
}
