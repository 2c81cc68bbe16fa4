import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { digestOf, sha256Hex } from "../../audit/digest.ts";
import { versioned } from "../../deciding/policies.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { sharedDocument } from "../../guardrails/shared.ts";
import { readBundle, writeBundle } from "../../releases/bundle.ts";
import { loosenings } from "../../releases/loosening.ts";
import { quotingSharing, renewals, sharedWith } from "../fixtures/shared-limits.ts";

function bundle(...policies: readonly Policy[]) {
  return writeBundle(policies.map(versioned), null);
}

/** A bundle as it would be read, with its document changed and named after what it then says. */
function readChanged(change: (document: JsonObject) => JsonObject) {
  const document = canonicalJson(change(JSON.parse(bundle(quotingSharing(), renewals()).document) as JsonObject));
  return readBundle(sha256Hex(document), document);
}

const inner = (shared: unknown) => (shared as { "discount-quarter": JsonObject })["discount-quarter"];

describe("a release", () => {
  test("holds each limit that its policies share, once, and each of them cites its digest", () => {
    const { release, document } = bundle(quotingSharing(), renewals());
    const shared = sharedWith()["discount-quarter"];
    if (shared === undefined) throw new Error("no limit");
    const held = (JSON.parse(document) as { shared: JsonObject }).shared;
    expect(held).toEqual({ "discount-quarter": sharedDocument(shared.limit) });
    expect(digestOf(held["discount-quarter"] ?? null)).toBe(shared.version);
    const { policies } = readBundle(release, document);
    const cited = Object.values(policies).flatMap(({ policy }) => policy.limits.map((limit) => limit.shared?.version));
    expect(cited).toEqual([shared.version, shared.version]);
  });

  test("is not written when two policies share a limit and do not mean the same", () => {
    const raised = sharedWith([["36000.00 USD,", "36000.01 USD,"]]);
    expect(() => bundle(quotingSharing(), renewals(raised))).toThrow(
      "`renewals.price` shares another `discount-quarter` than the policies before it",
    );
  });

  test.for<[string, (document: JsonObject) => JsonObject, string]>([
    [
      "does not hold what its policies share",
      (document) => ({ ...document, shared: {} }),
      "its shared limits are not those",
    ],
    [
      "holds another cap than they cite",
      ({ shared, ...document }) => ({
        ...document,
        shared: { "discount-quarter": { ...inner(shared), over: "block" } },
      }),
      "its shared limits are not those",
    ],
    [
      "holds a limit that none of them names",
      ({ shared, ...document }) => ({ ...document, shared: { ...(shared as JsonObject), other: inner(shared) } }),
      "its shared limits are not those",
    ],
    [
      "has a policy that counts by another cap than it cites",
      (document) => JSON.parse(JSON.stringify(document).replaceAll('"value":3600000', '"value":3600001')) as JsonObject,
      "`quoting` cites another `discount-quarter` than it counts by",
    ],
  ])("is not used when it %s", ([, change, why]) => {
    expect(() => readChanged(change)).toThrow(why);
  });
});

describe("two people let pass", () => {
  const reasons = (before: Policy, after: Policy) => {
    const read = [bundle(before), bundle(after)].map(({ release, document }) => readBundle(release, document));
    return read[0] && read[1] && loosenings(read[0], read[1]);
  };
  const changed = (from: string, to: string) => renewals(sharedWith([[from, to]]));

  test.for<[string, Policy, readonly string[]]>([
    ["a raised shared cap", changed("36000.00 USD,", "36000.01 USD,"), ["the cap of discount-quarter is higher"]],
    [
      "what overrides may set it to",
      changed("..90000.00", "..90000.01"),
      ["the parameter quarter_cap may be set to other values"],
    ],
    ["a longer window", changed("calendar-quarter", "calendar-year"), ["the limit discount-quarter counts otherwise"]],
    ["another zone", changed("America/New_York", "UTC"), ["the limit discount-quarter counts otherwise"]],
    ["a later warning", changed("80%", "90%"), ["the limit discount-quarter warns later"]],
  ])("%s", ([, after, why]) => {
    expect(reasons(renewals(), after)).toEqual(why.map((one) => `renewals.price: ${one}`));
  });

  test("an account that others no longer share, or that is shared from now on", () => {
    const own = { ...renewals(), limits: renewals().limits.map(({ shared: _shared, ...limit }) => limit) };
    const why = ["renewals.price: the limit discount-quarter counts otherwise"];
    expect([reasons(renewals(), own), reasons(own, renewals())]).toEqual([why, why]);
  });
});

test("one person lowers a shared cap, in every policy that names it", () => {
  const lower = sharedWith([["36000.00 USD,", "35999.99 USD,"]]);
  const [before, after] = [bundle(quotingSharing(), renewals()), bundle(quotingSharing(lower), renewals(lower))].map(
    ({ release, document }) => readBundle(release, document),
  );
  expect(before && after && loosenings(before, after)).toEqual([]);
  const versions = [before, after].map((one) => Object.values(one?.policies ?? {}).map(({ version }) => version));
  expect(new Set(versions.flat()).size).toBe(4);
});
