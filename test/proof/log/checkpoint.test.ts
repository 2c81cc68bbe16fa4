import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCheckpoint, parseCheckpoint } from "../../../proof/log/checkpoint.ts";
import { NoteError } from "../../../proof/log/note-error.ts";

/** The example of c2sp.org/tlog-cosignature. */
const text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const rootHash = Buffer.from("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", "base64");
const checkpoint = { origin: "example.com/behind-the-sofa", size: 20_852_163, rootHash };

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof NoteError && error.code === "not-a-checkpoint") return error.message;
    throw error;
  }
  return "no fault";
}

describe("a checkpoint is three lines", () => {
  test("written as C2SP writes it", () => expect(formatCheckpoint(checkpoint)).toBe(text));
  test("read as it is written", () => expect(parseCheckpoint(text)).toEqual(checkpoint));

  test("read over extension lines, which are never written", () => {
    expect(parseCheckpoint(`${text}anything\nmore\n`)).toEqual(checkpoint);
  });

  test("any origin without control characters, any size up to 2^53 - 1, any root", () => {
    const origins = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((origin) => !/\p{Cc}/u.test(origin) && origin.isWellFormed());
    const roots = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(origins, fc.maxSafeNat(), roots, (origin, size, root) => {
        const given = { origin, size, rootHash: root };
        expect(parseCheckpoint(formatCheckpoint(given))).toEqual(given);
      }),
    );
  });
});

describe("anything else is no checkpoint, with the reason", () => {
  const [origin, size, root] = text.split("\n");
  test.for<[string, string, string]>([
    ["no last newline", text.slice(0, -1), "does not end with a newline"],
    ["two lines", `${origin}\n${size}\n`, "fewer than three lines"],
    ["an empty origin", `\n${size}\n${root}\n`, "line 1 is no origin"],
    ["a leading zero", `${origin}\n01\n${root}\n`, "line 2 is no tree size in decimal, up to 2^53 - 1: `01`"],
    ["a sign", `${origin}\n+1\n${root}\n`, "line 2"],
    ["an exponent", `${origin}\n1e3\n${root}\n`, "line 2"],
    ["hexadecimal", `${origin}\n0x1\n${root}\n`, "line 2"],
    ["a space", `${origin}\n1 \n${root}\n`, "line 2"],
    ["no size", `${origin}\n\n${root}\n`, "line 2"],
    ["a size of 2^53", `${origin}\n9007199254740992\n${root}\n`, "line 2"],
    ["a short hash", `${origin}\n1\nAAAA\n`, "line 3 is no hash of 32 bytes in base64: `AAAA`"],
    ["base64 for addresses", `${origin}\n1\n${root?.replace("/", "_")}\n`, "line 3"],
    ["base64 without padding", `${origin}\n1\n${root?.replace("=", "")}\n`, "line 3"],
    ["an empty extension line", `${text}a\n\nb\n`, "an extension line is empty"],
  ])("%s", ([, given, reason]) => expect(faultOf(() => parseCheckpoint(given))).toContain(reason));

  test.for<[string, object, string]>([
    ["an origin of two lines", { origin: "a\nb" }, "origin `a\nb`"],
    ["no origin", { origin: "" }, "origin ``"],
    ["half a leaf", { size: 0.5 }, "size `0.5`"],
    ["a negative size", { size: -1 }, "size `-1`"],
    ["a short root", { rootHash: Buffer.alloc(31) }, "the root hash has 31 bytes, not 32"],
  ])("%s is not written", ([, change, reason]) => {
    expect(faultOf(() => formatCheckpoint({ ...checkpoint, ...change }))).toContain(reason);
  });
});
