import { describe, expect, test } from "vitest";
import type { Readings } from "../../functions/definition.ts";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import { quoteAtDiscount, quoteInput } from "../../functions/quoting/fixture.ts";
import { evidenceOf } from "../../functions/shared/fixture.ts";
import type { JsonObject } from "../../domain/json.ts";

const DEAL = "1001";

/** What a deal whose quote is at this discount asks, when the desk says this of the quote's id. */
function askedAt(discountPpm: number, value?: JsonObject, dealId = DEAL) {
  const record = quoteAtDiscount(discountPpm);
  const crm = { source: { source: "crm.record", ref: `deal/${dealId}`, version: "1", observedAt: "" }, value: record };
  const readings: Readings = {
    ...evidenceOf(value === undefined ? {} : { "quotes.approval": value }),
    "crm.record": crm,
  };
  const action = approveDiscount.requested(record, readings);
  if (action === undefined) throw new Error("it asks for nothing");
  const { evidence, at } = quoteInput(record);
  const { "quotes.approval": _never, ...beside } = evidence;
  const facts = approveDiscount.facts({ evidence: { ...beside, ...readings }, action, at });
  return { args: action.args, heldBy: facts["quoteHeldBy"], asRequested: facts["proposedAsRequested"] };
}

const approved = (approval: string, asked: JsonObject, standing = true) => ({ last: { approval, standing, asked } });

describe("one quote id has one standing approval", () => {
  test("a quote that was never approved takes nobody's place", () => {
    const { args, heldBy, asRequested } = askedAt(120_000, { last: null });
    expect([args["replaces"], args["dealId"], heldBy, asRequested]).toEqual([null, DEAL, "nobody", true]);
  });

  test("one that stands as it is asked is asked in the same words: it is done already", () => {
    const first = askedAt(120_000, { last: null }).args;
    expect(askedAt(120_000, approved("AD-1", first)).args).toEqual(first);
    const second = askedAt(140_000, approved("AD-1", first)).args;
    expect(askedAt(140_000, approved("AD-2", second)).args).toEqual(second);
  });

  test("another discount names the approval that it takes the place of, back and forth", () => {
    const first = askedAt(120_000, { last: null }).args;
    const second = askedAt(140_000, approved("AD-1", first));
    expect([second.args["replaces"], second.heldBy, second.asRequested]).toEqual(["AD-1", "this", true]);
    const third = askedAt(120_000, approved("AD-2", second.args)).args;
    expect(third).toEqual({ ...first, replaces: "AD-2" });
  });

  test("one that was revoked at the desk is asked anew, and nobody holds it", () => {
    const first = askedAt(120_000, { last: null }).args;
    const again = askedAt(120_000, approved("AD-1", first, false));
    expect([again.args["replaces"], again.heldBy]).toEqual(["AD-1", "nobody"]);
  });

  test("another deal's is seen, and would be revoked", () => {
    const first = askedAt(120_000, { last: null }).args;
    const cloned = askedAt(120_000, approved("AD-1", first), "2002");
    expect([cloned.args["replaces"], cloned.args["dealId"], cloned.heldBy]).toEqual(["AD-1", "2002", "another"]);
  });

  test("is not known where the desk was not read, or says what nobody can read", () => {
    expect(askedAt(120_000).heldBy).toBeUndefined();
    expect(askedAt(120_000, { last: { approval: "AD-1" } }).heldBy).toBeUndefined();
  });

  test("is told to people", () => {
    const { args } = askedAt(140_000, approved("AD-1", askedAt(120_000, { last: null }).args));
    expect(approveDiscount.describe(args, "Northwind")).toMatch(/on quote Q-1001, in place of AD-1$/);
  });
});
