import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEntries, encodeEntries } from "../../../proof/log/entry-bundle.ts";

const someEntries = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 256 });

describe("a bundle of entries", () => {
  test("has each entry after its length, high byte first", () => {
    const bundle = encodeEntries([Buffer.from("ab"), Buffer.alloc(0), Buffer.alloc(258, 7)]);
    expect(bundle.subarray(0, 9)).toEqual(Buffer.from([0, 2, 97, 98, 0, 0, 1, 2, 7]));
    expect(bundle).toHaveLength(2 + 2 + 2 + 2 + 258);
  });

  test("is read back to the entries it was made of", () => {
    fc.assert(
      fc.property(someEntries, (entries) => {
        const read = decodeEntries(encodeEntries(entries), entries.length);
        expect(read).toEqual(entries.map((entry) => Buffer.from(entry)));
      }),
      { numRuns: 50 },
    );
  });

  test("is not read when it is cut anywhere, goes on, or has another count", () => {
    const bundle = encodeEntries([Buffer.from("one"), Buffer.from("two")]);
    for (let end = 0; end < bundle.length; end += 1) {
      expect(() => decodeEntries(bundle.subarray(0, end), 2)).toThrow(/the bundle ends within entry [01] of 2/);
    }
    expect(() => decodeEntries(Buffer.concat([bundle, Buffer.of(0)]), 2)).toThrow("goes on for 1 bytes after entry 1");
    expect(() => decodeEntries(bundle, 1)).toThrow("goes on for 5 bytes after entry 0");
    expect(() => decodeEntries(bundle, 3)).toThrow("ends within entry 2 of 3");
  });

  test("takes an entry of 65,535 bytes and none larger", () => {
    const largest = Buffer.alloc(65_535, 1);
    expect(decodeEntries(encodeEntries([largest]), 1).map((entry) => entry.equals(largest))).toEqual([true]);
    expect(() => encodeEntries([largest, Buffer.alloc(65_536)])).toThrow(
      new RangeError("entry 1 of a bundle has `65536` bytes; the most is 65535"),
    );
  });

  test.for([0, 257])("does not have %i entries", (count) => {
    const message = new RangeError(`a bundle has 1 to 256 entries, not \`${count}\``);
    expect(() => encodeEntries(Array.from({ length: count }, () => Buffer.alloc(0)))).toThrow(message);
    expect(() => decodeEntries(Buffer.alloc(0), count)).toThrow(message);
  });
});
