import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { customerAccount } from "../../../domain/customer/account.ts";
import { likenessOf } from "../../../domain/customer/likeness.ts";
import { matchKeys, type Customer } from "../../../domain/customer/match-keys.ts";

/** `helios.de (Helios GmbH)`, either part alone, or both. */
function customer(text: string): Customer {
  const [, address = "", name] = /^([^(]*?)\s*(?:\((.*)\))?$/.exec(text.trim()) ?? [];
  const found = customerAccount(address);
  return { domain: found.kind === "account" ? found.account : undefined, name };
}

const pairs = readFileSync(join(import.meta.dirname, "labelled-pairs.txt"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [label = "", one = "", other = ""] = line.split(" | ");
    return { label, one, other, found: likenessOf(customer(one), customer(other)).kind };
  });

const kinds = ["same", "near", "other"] as const;

/** Of those found so, the share that is so; and of those that are so, the share that is found. */
function figures(kind: (typeof kinds)[number]) {
  const right = pairs.filter(({ label, found }) => label === kind && found === kind).length;
  const found = pairs.filter((pair) => pair.found === kind).length;
  const labelled = pairs.filter(({ label }) => label === kind).length;
  return { labelled, precision: right / found, recall: right / labelled };
}

describe("the labelled pairs", () => {
  test("are 300 at least, of each kind and no other", () => {
    expect(pairs.length).toBeGreaterThanOrEqual(300);
    expect(new Set(pairs.map(({ label }) => label))).toEqual(new Set(kinds));
    expect(new Set(pairs.map(({ one, other }) => `${one} | ${other}`)).size).toBe(pairs.length);
  });

  test.for([
    ["same", 1, 1],
    ["near", 0.95, 0.95],
    ["other", 0.94, 0.94],
  ] as const)("of %s: precision at least %d, recall at least %d", async ([kind, precision, recall], { annotate }) => {
    const found = figures(kind);
    await annotate(`${kind}: ${JSON.stringify(found)}`);
    expect(found.precision).toBeGreaterThanOrEqual(precision);
    expect(found.recall).toBeGreaterThanOrEqual(recall);
  });
});

describe("why two are near is said", () => {
  test.for([
    [
      "helios-group.de",
      "heliosgroup.eu",
      "`helios-group.de` and `heliosgroup.eu` are the same but for suffix, legal form, hyphens and accents",
    ],
    [
      "helios.de",
      "(Helios Holding AG)",
      "`helios.de` and `Helios Holding AG` differ in a country, or a word such as group, only",
    ],
    [
      "(Bosch, Robert)",
      "(Robert Bosch GmbH)",
      "`Bosch, Robert` and `Robert Bosch GmbH` are the same words in another order",
    ],
    ["contoso.com", "cont0so.com", "`contoso.com` and `cont0so.com` look alike"],
    ["contoso.com", "contosso.com", "`contoso.com` and `contosso.com` differ in one letter"],
    ["a.example (Contoso)", "b.example (Contoso)", "`Contoso` is given for both"],
  ] as const)("%s and %s", ([one, other, reason]) => {
    expect(likenessOf(customer(one), customer(other))).toMatchObject({ kind: "near", reasons: [reason] });
  });

  test("a domain or a name that is given as an alias is near to its owner, and never the same", () => {
    const held = customer("helios.com (Helios Energy)");
    expect(likenessOf({ domain: "hx.example", aliases: ["https://www.helios.com"] }, held)).toMatchObject({
      kind: "near",
      ppm: 950_000,
      reasons: ["`helios.com` is given for both"],
    });
    expect(likenessOf({ domain: "hx.example", aliases: ["Helios Energy"] }, held)).toMatchObject({ kind: "near" });
  });
});

describe("whatever customers are called", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl(),
    fc.constantFrom(...pairs.flatMap(({ one, other }) => [one, other])),
  );
  const anyCustomer = text.chain((base) =>
    fc.record({ name: fc.option(text, { nil: undefined }), aliases: fc.array(text, { maxLength: 2 }) }).map((more) => ({
      ...more,
      domain: customer(base).domain,
    })),
  );

  test("the likeness is the same whichever comes first, and every customer is itself", () => {
    fc.assert(
      fc.property(anyCustomer, anyCustomer, (one, other) => {
        const [there, back] = [likenessOf(one, other), likenessOf(other, one)];
        expect({ ...there, reasons: 0 }).toEqual({ ...back, reasons: 0 });
        expect(likenessOf(one, one).kind).toBe(
          one.domain !== undefined ? "same" : matchKeys(one).length > 0 ? "near" : "other",
        );
      }),
    );
  });

  test("its keys are few, and the same in whatever form its letters are encoded", () => {
    fc.assert(
      fc.property(anyCustomer, (one) => {
        const keys = matchKeys(one).map(({ key }) => key);
        expect(keys.length).toBeLessThanOrEqual(4 * 50);
        expect(matchKeys({ ...one, name: one.name?.normalize("NFKC") }).map(({ key }) => key)).toEqual(keys);
      }),
    );
  });
});
