import { describe, expect, test } from "vitest";
import { nameInWords } from "../../domain/name-in-words.ts";
import { nearestName } from "../../domain/nearest-name.ts";
import { isObjectName, isTelling, objectNameOf } from "../../domain/object-name.ts";
import { assertKnown, UnknownName } from "../../domain/registry.ts";

test.for([
  ["listPriceMinor", "list price"],
  ["discountPpm", "discount"],
  ["minorChange", "minor change"],
  ["ppmMinorNote", "ppm minor note"],
  ["line2Price", "line2 price"],
] as const)("%s is said as %s", ([name, words]) => expect(nameInWords(name)).toBe(words));

describe("the name that was probably meant", () => {
  const names = ["quoting", "renewals"];

  test.for<readonly [string, string | undefined]>([
    ["quoting", "quoting"],
    ["qouting", "quoting"],
    ["quotng", "quoting"],
    ["quotinggg", "quoting"],
    ["outing", "quoting"],
    ["rxxxting", undefined],
    ["renewa", "renewals"],
    ["renew", "renewals"],
    ["rene", undefined],
    ["", undefined],
  ])("%s: %s", ([typed, meant]) => expect(nearestName(typed, names)).toBe(meant));

  test("is the nearest, and of equally near ones the first", () => {
    expect(nearestName("ab", ["abcd", "abc", "abx"])).toBe("abc");
    expect(nearestName("a", [])).toBeUndefined();
  });
});

describe("an object's own id", () => {
  test.for([
    ["crm-Deal_100:1~2", false],
    ["", false],
    ["dana@x.example", true],
    ["x.example", true],
    ["ok\n", true],
    ["Žluť", true],
  ] as const)("%j tells whose it is: %s", ([id, tells]) => expect(isTelling(id)).toBe(tells));

  test("that tells is called by 40 digits of its digest, and known by that", () => {
    const digest = "0123456789abcdef".repeat(4);
    const name = objectNameOf(digest);
    expect(name).toBe(`own-${digest.slice(0, 40)}`);
    const others = [`x${name}`, `${name}0`, name.slice(0, -1), name.toUpperCase(), digest];
    expect([name, ...others].map(isObjectName)).toEqual([true, false, false, false, false, false]);
  });
});

describe("a name that stands for nothing here", () => {
  const table = { crm: 1, portal: 2 };

  test("is a fault that names those that do", () => {
    expect(assertKnown(table, "portal", "tool")).toBe(2);
    const fault = (id: string) => () => assertKnown(table, id, "tool");
    expect(fault("crn")).toThrow(new UnknownName("tool", "crn", ["crm", "portal"]));
    expect(fault("crn")).toThrow("unknown tool `crn`; known: crm, portal");
    expect(new UnknownName("tool", "crn", []).name).toBe("UnknownName");
  });

  test("is one that every object has", () => {
    expect(() => assertKnown(table, "constructor", "tool")).toThrow(UnknownName);
  });
});
