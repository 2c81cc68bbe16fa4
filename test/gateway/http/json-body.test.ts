import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_DEPTH, parseForeignJson, parseJsonBody } from "../../../gateway/http/json-body.ts";

const parse = (text: string) => parseJsonBody(Buffer.from(text, "utf8"));
const nested = (depth: number, open = "[", close = "]") => open.repeat(depth) + close.repeat(depth);

describe("depth", () => {
  test.for([
    ["64 levels are parsed", nested(64), "parsed"],
    ["65 levels are refused", nested(65), "too-deep"],
    ["65 levels of objects are refused", `${'{"a":'.repeat(65)}1${"}".repeat(65)}`, "too-deep"],
    ["a hundred thousand are refused unseen", nested(100_000), "too-deep"],
    ["levels that are never closed are refused all the same", "[".repeat(65), "too-deep"],
    ["brackets in a string are no levels", JSON.stringify(["[".repeat(200)]), "parsed"],
    ["nor after an escaped quote", JSON.stringify([`"${"[".repeat(200)}\\`]), "parsed"],
    ["siblings do not add up", `[${"[],".repeat(200)}[]]`, "parsed"],
  ] as const)("%s", ([, text, kind]) => {
    const body = parse(text);
    expect(body.kind === "refused" ? body.code : body.kind).toBe(kind);
  });

  test("the limit is the one that is documented", () => expect(MAX_DEPTH).toBe(64));
});

describe("repeated keys", () => {
  test.for([
    ["in one object", '{"a":1,"a":2}', "refused"],
    ["in one object deep inside", '[{"b":[{"a":1,"c":{"a":2},"a":3}]}]', "refused"],
    ["spelled with an escape", String.raw`{"a":1,"\u0061":2}`, "refused"],
    ["__proto__ twice", '{"__proto__":1,"__proto__":2}', "refused"],
    ["in two objects", '[{"a":1},{"a":2}]', "parsed"],
    ["in an object within", '{"a":{"a":1}}', "parsed"],
    ["as a value", '{"a":"b","b":"a"}', "parsed"],
    ["as values of an array", '{"a":["a","a"]}', "parsed"],
    ["that end in a backslash", String.raw`{"a\\":1,"a":2}`, "parsed"],
  ] as const)("%s: %s", ([, text, kind]) => expect(parse(text).kind).toBe(kind));
});

describe("what is no JSON", () => {
  test.for(["", "{", "[1,]", "nonsense", '"open', String.raw`{"\x":1}`, '{"a":1}}'])("`%s`", (text) => {
    expect(parse(text)).toMatchObject({ kind: "refused", code: "malformed-json" });
  });

  test("bytes that are not UTF-8", () => {
    expect(parseJsonBody(Uint8Array.from([0x22, 0xff, 0x22]))).toMatchObject({ code: "malformed-json" });
  });
});

const foreign = (text: string) => parseForeignJson(Buffer.from(text, "utf8"));

test("of a sender who only sends again, what PostgreSQL cannot keep is replaced, in values and in keys, and only that", () => {
  const text = String.raw`{"a\u0000":["\u0000x","\ud83dx","\ud83d\ude00"],"n":1}`;
  expect(foreign(text)).toEqual({
    kind: "parsed",
    value: { "a\uFFFD": ["\uFFFDx", "\uFFFDx", "\u{1F600}"], n: 1 },
  });
});

describe("numbers that a double does not hold", () => {
  test("are refused, each with its place", () => {
    const text = '{"a":[1,{"b~/":12345678901234567}],"c":"12345678901234567","d":-0.1000000000000000055}';
    expect(parse(text)).toMatchObject({
      code: "validation",
      errors: [{ pointer: "/a/1/b~0~1" }, { pointer: "/d" }],
    });
  });

  test("are taken as the text of their digits from a sender who only sends again", () => {
    expect(foreign('[{"eventId":12345678901234567,"n":-1.0,"x":1e999},-12345678901234567890]')).toEqual({
      kind: "parsed",
      value: [{ eventId: "12345678901234567", n: -1, x: "1e999" }, "-12345678901234567890"],
    });
  });

  test("are those whose digits change when they are read, and no others", () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }), fc.integer({ min: -30, max: 30 }));
    fc.assert(
      fc.property(decimal, ([digits, exponent]) => {
        const numeral = `${digits}e${exponent}`;
        const [mantissa = "", power = "0"] = Number(numeral).toExponential().split("e");
        const [whole = "", fraction = ""] = mantissa.split(".");
        const read = BigInt(`${whole}${fraction}`) * 10n ** BigInt(Number(power) - fraction.length + 100);
        const isSame = read === digits * 10n ** BigInt(exponent + 100);
        expect(parse(numeral).kind).toBe(isSame ? "parsed" : "refused");
      }),
    );
  });
});
