import fc from "fast-check";

/** A text with one bit of one of its bytes changed, at any place. Bytes that are no UTF-8 any more stay as they are. */
export function flipped(text: string): fc.Arbitrary<{ readonly at: number; readonly bytes: Buffer }> {
  const original = Buffer.from(text, "utf8");
  return fc.record({ at: fc.nat(original.length - 1), bit: fc.nat(7) }).map(({ at, bit }) => {
    const bytes = Buffer.from(original);
    bytes[at] = (original[at] ?? 0) ^ (1 << bit);
    return { at, bytes };
  });
}
