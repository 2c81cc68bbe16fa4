import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pack, unpack } from "../../audit/packing.ts";

test("what is packed is the same text again", () => {
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.json());
  const isSame = fc.property(texts, (text) => unpack(pack(text)) === Buffer.from(text, "utf8").toString("utf8"));
  expect(fc.check(isSame).failed).toBe(false);
});

test("a decision's body takes less than half of its bytes, though it is short", () => {
  const body =
    '{"reason":"within its limits","rules":[{"effect":"execute","id":"within","reason":"within its limits","values":{}}],' +
    '"missing":[],"facts":{},"sources":[],"details":{"canary":null,"candidate":null,"limits":[],"mode":"led",' +
    '"obligations":[],"params":[],"release":""},"actionDigest":"","requestedBy":""}';
  expect(pack(body).length).toBeLessThan(body.length / 2);
});

test("what was packed in an earlier way opens, and what is packed in no way known here does not", () => {
  const text = "approved as asked";
  expect(unpack(Buffer.concat([Buffer.of(0), Buffer.from(text)]))).toBe(text);
  expect(unpack(Buffer.concat([Buffer.of(1), deflateRawSync(text)]))).toBe(text);
  expect(() => unpack(Buffer.concat([Buffer.of(9), Buffer.from(text)]))).toThrow("no text is packed in way 9");
});

test.for([
  ["the first code that knew what bodies have in common", "AoMlYpSmBaoZji66hujmAAA="],
  ["the code that knew turns of agents with a graph each", "A6sm3PF1dNE1RO/8AgA="],
] as const)("these bytes, packed by %s, open for ever", ([, packed]) => {
  const text = '{"reasons":["",""]}{"externalRef":"AD-1","detail":null}';
  expect(unpack(Buffer.from(packed, "base64"))).toBe(text);
});
