import { expect, test } from "vitest";
import { sharedAccountText } from "../../domain/account.ts";
import { versionOf } from "../../domain/evidence.ts";
import { isClaim, provenanceInWords, provenanceOf, provenances } from "../../domain/provenance.ts";

test("what its requester, its partner or a model wrote is a claim", () => {
  expect(provenances.filter(isClaim)).toEqual(["requester", "partner", "model"]);
  expect(isClaim(undefined)).toBe(false);
});

test("every provenance has its words", () => {
  expect(provenances.map((from) => provenanceInWords[from])).toEqual([
    "from the system of record",
    "written by who asks",
    "written by the partner",
    "in a model's words",
    "worked out by code",
  ]);
});

test("what another system asked with it wrote itself, but for what code worked out; else the declaration holds", () => {
  const derived = ["discount"];
  expect([
    provenanceOf("discount", "record", { asked: true, derived }),
    provenanceOf("price", "record", { asked: true, derived }),
    provenanceOf("price", "record", { asked: true }),
    provenanceOf("discount", "record", { asked: false, derived }),
    provenanceOf("discount", undefined, { asked: false, derived }),
  ]).toEqual(["derived", "requester", "requester", "record", undefined]);
});

test("a version names each reading it rests on, and of a single one is that one's", () => {
  const of = (source: string, version: string) => ({ source, version, ref: "r", observedAt: "2026-01-01T00:00:00Z" });
  const sources = [of("crm.record", "v7"), of("partner", "2")];
  expect(versionOf(sources, ["crm.record"])).toBe("v7");
  expect(versionOf(sources, ["partner", "crm.record", "team"])).toBe("partner=2 crm.record=v7 team=");
  expect([versionOf(sources, ["team"]), versionOf(sources, [])]).toEqual(["", ""]);
});

test("an account has one text, whatever order its values are told in", () => {
  const unit = { unit: "minor", currency: "USD" } as const;
  const account = { company: "acme", kind: "fund", id: "mdf", window: "ever", unit } as const;
  const text = '["account","acme","fund","mdf","ever","minor","USD",[["a","1"],["b","2"],["c","3"]]]';
  expect(sharedAccountText({ ...account, values: { c: "3", a: "1", b: "2" } })).toBe(text);
  expect(sharedAccountText({ ...account, values: { b: "2", c: "3", a: "1" } })).toBe(text);
});
