import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { disclose, disclosureDigest, readDisclosure } from "../../audit/disclosure.ts";
import type { Json } from "../../domain/json.ts";

const json = fc
  .jsonValue({ noUnicodeString: false, maxDepth: 3 })
  .filter((value) => integersOnly(value as Json)) as fc.Arbitrary<Json>;

function integersOnly(value: Json): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value) && !Object.is(value, -0);
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(integersOnly);
}

describe("a disclosure", () => {
  /** RFC 9901 section 4.2.3. */
  test("has the digest of the RFC's example", () => {
    const example = "WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
    expect(disclosureDigest(example)).toBe("uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY");
    expect(readDisclosure(example)).toEqual({ name: "family_name", value: "Möbius" });
  });

  test("is read back as it was made, and hides the same value under another salt", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), json, (name, value) => {
        const made = disclose("salt", name, value);
        expect(readDisclosure(made)).toEqual({ name, value });
        expect(disclosureDigest(disclose("other salt", name, value))).not.toBe(disclosureDigest(made));
      }),
    );
  });

  test.for([
    "",
    "bm90IGpzb24",
    Buffer.from('["s","n"]').toString("base64url"),
    Buffer.from("{}").toString("base64url"),
  ])("%j is none", (text) => {
    expect(() => readDisclosure(text)).toThrow(SyntaxError);
  });
});
