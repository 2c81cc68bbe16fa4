import { z } from "zod";
import { brandFindings } from "../../domain/brand/check.ts";
import type { BrandFinding, BrandRules } from "../../domain/brand/rules.ts";
import type { FileText } from "../load/written-text.ts";
import type { Problem } from "../problem.ts";
import { itemsAt, readMap, readerOf, type Reader } from "../load/reader.ts";
import type { BrandFile } from "./file.ts";

/** A text with what the rules must find in it: a rule and the place that it marks, in the order of the text. */
export type BrandCase = {
  readonly text: string;
  readonly finds: readonly { readonly rule: string; readonly from: number; readonly to: number }[];
  readonly cites: readonly string[];
};

export type LoadedBrandCases =
  | { readonly kind: "loaded"; readonly cases: readonly BrandCase[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

const FileFields = z.strictObject({
  brand: z.string().describe("the name of the brand file under test"),
  cases: z.unknown().optional(),
});

const CaseFields = z.strictObject({
  text: z.string().min(1).describe("a text, with `[[` and `]]` about each place that is found"),
  finds: z.array(z.string()).optional().describe("the rules that are found at the marked places, in their order"),
  cites: z.array(z.string()).optional().describe("the evidence that it cites, by id"),
});

/** The text without its marks, and where they stood. */
function unmarked(written: string) {
  const spans: { from: number; to: number }[] = [];
  let text = "";
  for (const part of written.split("[[")) {
    const [inside = "", outside] = part.split("]]");
    if (outside !== undefined) spans.push({ from: text.length, to: text.length + inside.length });
    text += inside + (outside ?? "");
  }
  return { text, spans };
}

function readCase(reader: Reader, index: number, value: unknown): readonly BrandCase[] {
  const fields = readMap(reader, ["cases", index], value, CaseFields);
  if (fields === undefined) return [];
  const { text, spans } = unmarked(fields.text);
  const { finds = [], cites = [] } = fields;
  if (spans.length !== finds.length) {
    const fix = "mark the place of each, as in `We [[guarantee]] it`";
    reader.report(["cases", index], `${finds.length} rules are named, and ${spans.length} places are marked`, fix);
    return [];
  }
  return [
    { text, cites, finds: finds.map((rule, at) => ({ rule, from: spans[at]?.from ?? 0, to: spans[at]?.to ?? 0 })) },
  ];
}

/** Reads the cases beside a brand file. Each of its claims is found in one of them. Never throws for what the text says. */
export function loadBrandCases(file: string, text: FileText, brand: BrandFile): LoadedBrandCases {
  const reader = readerOf(file, text);
  const fields = reader.value === undefined ? undefined : readMap(reader, [], reader.value, FileFields);
  if (fields === undefined) return { kind: "refused", problems: reader.problems() };
  if (fields.brand !== brand.id) {
    reader.report(["brand"], `these cases are for \`${fields.brand}\``, `write \`${brand.id}\``);
  }
  const items = itemsAt(reader, ["cases"], fields.cases, "write cases with `text` and `finds`");
  const cases = items.flatMap((item, index) => readCase(reader, index, item));
  for (const { id } of brand.claims) {
    if (cases.some(({ finds }) => finds.some(({ rule }) => rule === id))) continue;
    reader.report(["cases"], `no case finds \`${id}\``, "write a text that it is found in");
  }
  const problems = reader.problems();
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "loaded", cases };
}

/** What became of a case: what it expects and what was found, each as `rule "words"`. */
export type BrandCaseResult = {
  readonly text: string;
  readonly passed: boolean;
  readonly expected: readonly string[];
  readonly found: readonly string[];
};

/** Before anything runs out: cases do not change with the day on which they are run. */
const FIRST_DAY = "0001-01-01";

function looked(rules: BrandRules, text: string, cites: readonly string[]): readonly BrandFinding[] {
  return brandFindings(rules, { text, fills: [], cites, at: FIRST_DAY });
}

/**
 * Runs cases, while no evidence has run out; and each wording that the file offers or approves, in which nothing may be found that is withheld:
 * what is offered in place of a claim is none.
 */
export function runBrandCases(
  rules: BrandRules,
  { claims, propositions }: BrandFile,
  cases: readonly BrandCase[],
): readonly BrandCaseResult[] {
  const shown = (text: string, { rule, from, to }: { rule: string; from: number; to: number }) =>
    `${rule} "${text.slice(from, to)}" at ${from}`;
  const tried = cases.map(({ text, finds, cites }) => {
    const expected = finds.map((each) => shown(text, each));
    const found = looked(rules, text, cites).map((each) => shown(text, each));
    return { text, expected, found, passed: expected.toSorted().join("\n") === found.toSorted().join("\n") };
  });
  const offered = [...claims.flatMap(({ instead }) => instead), ...propositions.map(({ wording }) => asSaid(wording))];
  const wordings = offered.map((text) => {
    const withheld = looked(rules, text, []).filter(({ over }) => over === "withhold");
    const found = withheld.map((each) => shown(text, each));
    return { text, expected: [], found, passed: found.length === 0 };
  });
  return [...tried, ...wordings];
}

/** An approved wording with something in its slots. */
function asSaid(wording: string): string {
  const samples: { readonly [slot: string]: string } = {
    number: "90",
    percent: "12 %",
    money: "84000.00 USD",
    date: "2026-07-04",
  };
  return wording.replaceAll(/\{(\w{1,32})\}/g, (whole, name: string) => samples[name] ?? whole);
}
