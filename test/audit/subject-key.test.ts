import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyWrapping, SealedElsewhere, subjectKey } from "../../audit/subject-key.ts";
import { createVault } from "../../audit/vault.ts";

const key = Buffer.alloc(32, 7);
const UNAUTHENTIC = "unable to authenticate data";
const dana = subjectKey("sub_dana", key);

describe("what is sealed under a subject's key", () => {
  test("opens to the same text, short or long, in its own context only", () => {
    const texts = fc.string({ maxLength: 5_000, unit: "binary" });
    fc.assert(
      fc.property(texts, fc.string(), fc.string({ minLength: 1 }), (text, context, more) => {
        const sealed = dana.seal(text, context);
        expect(dana.open(sealed, context)).toBe(Buffer.from(text, "utf8").toString("utf8"));
        expect(() => dana.open(sealed, context + more)).toThrow(UNAUTHENTIC);
      }),
    );
  });

  test("opens with no other key, and not when any bit was changed", () => {
    const sealed = dana.seal("seen the deal", "approval/1");
    expect(() => subjectKey("sub_dana", Buffer.alloc(32, 8)).open(sealed, "approval/1")).toThrow(UNAUTHENTIC);
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const changed = Buffer.from(sealed);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => dana.open(changed, "approval/1")).toThrow(UNAUTHENTIC);
      }),
    );
  });

  test("differs each time, so that equal texts do not show as equal", () => {
    expect(dana.seal("same", "c").equals(dana.seal("same", "c"))).toBe(false);
  });

  test("is shorter than a long text that repeats itself", () => {
    expect(dana.seal("discount ".repeat(1_000), "c").length).toBeLessThan(1_000);
  });
});

describe("a salt", () => {
  test("has 128 bits, and is the same for the same words under the same key only", () => {
    const salt = dana.salt("field", "evt_1/event", "note");
    expect(Buffer.from(salt, "base64url")).toHaveLength(16);
    expect(dana.salt("field", "evt_1/event", "note")).toBe(salt);
    expect(dana.salt("field", "evt_1/eventnote", "")).not.toBe(salt);
    expect(subjectKey("sub_dana", Buffer.alloc(32, 8)).salt("field", "evt_1/event", "note")).not.toBe(salt);
  });
});

describe("a wrapped key", () => {
  const secret = randomBytes(32);

  test("opens for its own company and subject only, under the same secret", () => {
    const wrapped = keyWrapping(secret, "acme").fresh("sub_1");
    const sealed = keyWrapping(secret, "acme").unwrap("sub_1", wrapped).seal("text", "c");
    expect(keyWrapping(secret, "acme").unwrap("sub_1", wrapped).open(sealed, "c")).toBe("text");
    expect(() => keyWrapping(secret, "acme").unwrap("sub_2", wrapped)).toThrow(SealedElsewhere);
    expect(() => keyWrapping(secret, "other").unwrap("sub_1", wrapped)).toThrow(SealedElsewhere);
    expect(() => keyWrapping(randomBytes(32), "acme").unwrap("sub_1", wrapped)).toThrow(SealedElsewhere);
  });

  test("needs a secret of 32 bytes", () => {
    expect(() => createVault(Buffer.alloc(31))).toThrow("31 bytes");
  });
});
