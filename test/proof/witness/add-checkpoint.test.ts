import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAddCheckpoint, parseAddCheckpoint } from "../../../proof/witness/add-checkpoint.ts";

/** The example of c2sp.org/tlog-witness. */
const example = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

describe("a request's body", () => {
  test("of the specification's example is read, and written the same", () => {
    const read = parseAddCheckpoint(example);
    expect({ oldSize: read.oldSize, hashes: read.proof.length }).toEqual({ oldSize: 20_852_014, hashes: 4 });
    expect(read.checkpoint).toMatch(/^example.com\/behind-the-sofa\n20852163\n/);
    expect(formatAddCheckpoint(read)).toBe(example);
  });

  test("of any size, proof and checkpoint is read as it was written", () => {
    const hashes = fc.array(
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
      { maxLength: 63 },
    );
    fc.assert(
      fc.property(fc.maxSafeNat(), hashes, fc.string(), (oldSize, proof, checkpoint) => {
        const given = { oldSize, proof, checkpoint };
        expect(parseAddCheckpoint(formatAddCheckpoint(given))).toEqual(given);
      }),
    );
  });

  const hash = `${Buffer.alloc(32).toString("base64")}\n`;
  test.for<[string, string, string]>([
    ["nothing", "", "no blank line stands before the checkpoint"],
    ["no old size", `${hash}\na\n`, "line 1 is not `old` and a decimal"],
    ["an old size with a zero before it", "old 01\n\na\n", "line 1"],
    ["two spaces", "old  1\n\na\n", "line 1"],
    ["a carriage return", "old 1\r\n\na\n", "line 1"],
    ["a size beyond 2^53", "old 9007199254740992\n\na\n", "line 1"],
    ["a short hash", "old 1\nAAAA\n\na\n", "line 2 is no hash of 32 bytes in base64"],
    ["64 proof lines", `old 1\n${hash.repeat(64)}\na\n`, "64 proof lines; at most 63 are read"],
  ])("with %s is malformed", ([, body, reason]) => {
    expect(() => parseAddCheckpoint(body)).toThrow(expect.objectContaining({ code: "malformed" }));
    expect(() => parseAddCheckpoint(body)).toThrow(reason);
  });
});
