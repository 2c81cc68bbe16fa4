import { z } from "zod";
import { slotNames, wordingPattern } from "../../domain/brand/claims.ts";
import { hygieneKinds, type BrandRules } from "../../domain/brand/rules.ts";
import { patternFault, patternTest } from "../../domain/pattern.ts";
import { listed } from "../did-you-mean.ts";
import { frozen } from "../frozen.ts";
import { parsePercent } from "../literals.ts";
import { Slug } from "../load/names.ts";
import { entriesAt, readMap, readerOf, type Path, type Reader } from "../load/reader.ts";
import type { FileText } from "../load/written-text.ts";
import type { Problem } from "../problem.ts";

const Over = z.enum(["withhold", "ask"]).describe("`withhold` or `ask`: whether a person may let it go out as it is");
const Said = z.string().min(1).max(200).describe("a text of 1 to 200 characters");
const Wordings = z.array(Said).min(1).describe("allowed wordings, as a list");
const Names = z.array(z.string().min(1)).min(1).describe("names, as a list");
const Patterns = z.array(z.string().min(1).max(390)).describe("RE2 patterns, as a list");

const FileFields = z.strictObject({
  brand: Slug,
  languages: z.unknown().optional(),
  links: z.unknown().optional(),
  hygiene: z.unknown().optional(),
  evidence: z.unknown().optional(),
  propositions: z.unknown().optional(),
  claims: z.unknown().optional(),
  speech: z.unknown().optional(),
  words: z.unknown().optional(),
});

/** The file's sections by name, each with the schema of what it holds: editors have them from here too. */
export const sections = {
  languages: z.strictObject({
    allowed: Names,
    minWords: z.int().min(1).max(100).describe("a whole number of words, 1 to 100"),
    share: z
      .string()
      .refine((text) => (parsePercent(text) ?? 0) > 0)
      .describe("a share such as `15%`"),
    over: Over,
    reason: Said,
    instead: Said,
  }),
  links: z.strictObject({
    hosts: z
      .array(z.string().regex(/^(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/))
      .describe("hosts in lower case, as a list, such as `[docs.example.com]`"),
    over: Over,
    reason: Said,
    lookAlike: Said,
    instead: Said,
  }),
  hygiene: z.strictObject({
    refuse: z.array(z.enum(hygieneKinds)).describe(`some of ${listed(hygieneKinds)}`),
    over: Over,
    reason: Said,
  }),
  speech: z.strictObject({
    takenBack: Patterns.optional(),
    attributed: Patterns.optional(),
    asked: Patterns.optional(),
  }),
} as const;

/** What stands under a name of the file's own. */
export const entries = {
  evidence: z.strictObject({
    title: Said,
    until: z.iso.date().optional().describe("the first day on which it does not count, such as `until: 2027-07-01`"),
  }),
  propositions: z.strictObject({ class: Slug, wording: Said }),
  claims: z.strictObject({
    class: Slug,
    patterns: Patterns.min(1),
    except: Patterns.optional(),
    deniable: z.boolean().optional().describe("`false` where a denial is the claim itself"),
    evidence: Names.optional(),
    reason: Said,
    instead: Wordings,
    over: Over,
  }),
} as const;

/** One file of brand rules. What it does not say, another one does. */
export type BrandFile = Partial<Pick<BrandRules, "links" | "hygiene">> &
  Pick<BrandRules, "evidence" | "propositions" | "claims" | "speech"> & {
    readonly id: string;
    readonly languages?: Omit<BrandRules["languages"], "known">;
    readonly words: BrandRules["languages"]["known"];
  };

export type LoadedBrand =
  | { readonly kind: "loaded"; readonly file: BrandFile }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** Patterns are matched over the normal form, which has neither capitals nor accents: what holds some never matches. */
function checkPatterns(reader: Reader, path: Path, patterns: readonly string[]): void {
  for (const [index, pattern] of patterns.entries()) {
    const place = [...path, index];
    const fault = patternFault(pattern);
    const [strange] = /[^\p{ASCII}¿]/u.exec(pattern) ?? [];
    const [capital] = /[A-Z]/.exec(pattern.replaceAll(/\\[A-Za-z]/g, "")) ?? [];
    if (fault !== undefined) reader.report(place, `\`${pattern}\` is no RE2 pattern: ${fault}`, "mend it");
    else if (patternTest(`^(?:${pattern})$`)("")) {
      reader.report(place, `\`${pattern}\` is found in every text`, "write what it must hold at least");
    } else if (strange !== undefined || capital !== undefined) {
      const message = `\`${strange ?? capital}\` never stands in the normal form`;
      reader.report(place, message, "write it in lower case and without accents");
    }
  }
}

/** Settings under one name; undefined where the file has none, or they are not as they must be. */
function sectionOf<Name extends keyof typeof sections>(reader: Reader, name: Name, written: unknown) {
  return written === undefined ? undefined : readMap(reader, [name], written, sections[name]);
}

function entriesOf<Name extends keyof typeof entries>(reader: Reader, name: Name, written: unknown) {
  if (written === undefined) return [];
  return entriesAt(reader, [name], written, `write ${name} by name`).flatMap(([id, value]) => {
    const isName = Slug.safeParse(id).success;
    if (!isName)
      reader.reportKey([name], id, `\`${id}\` is no name`, "write letters, digits and hyphens, such as `our-name`");
    const read = readMap(reader, [name, id], value, entries[name]);
    return read === undefined || !isName ? [] : [[id, read] as const];
  });
}

function claimsOf(reader: Reader, brand: string, written: unknown): BrandRules["claims"] {
  return entriesOf(reader, "claims", written).map(([name, claim]) => {
    const { patterns, except = [], deniable = true, evidence = [] } = claim;
    checkPatterns(reader, ["claims", name, "patterns"], patterns);
    checkPatterns(reader, ["claims", name, "except"], except);
    return { ...claim, id: `${brand}.${name}`, patterns, except, deniable, evidence };
  });
}

function propositionsOf(reader: Reader, written: unknown): BrandRules["propositions"] {
  return entriesOf(reader, "propositions", written).map(([id, { class: of, wording }]) => {
    const path = ["propositions", id, "wording"];
    for (const [whole, name = ""] of wording.matchAll(/\{([^{}]{0,32})\}/g)) {
      if (slotNames.includes(name)) continue;
      reader.report(
        path,
        `\`${whole}\` is nothing that may vary`,
        `use one of ${listed(slotNames.map((one) => `{${one}}`))}`,
      );
    }
    const fault = patternFault(wordingPattern(wording));
    if (fault !== undefined)
      reader.report(path, `the wording cannot be looked for: ${fault}`, "write it in plain words");
    return { id, class: of, wording };
  });
}

function wordsOf(reader: Reader, written: unknown): BrandFile["words"] {
  if (written === undefined) return [];
  return entriesAt(reader, ["words"], written, "write the commonest words by language").flatMap(([code, value]) => {
    const read = z
      .array(z.string().regex(/^[a-z']+$/))
      .min(10)
      .safeParse(value);
    if (read.success && /^[a-z]{2,3}$/.test(code)) return [{ code, words: read.data }];
    const fix = "write at least ten words, in lower case and without accents, under a code such as `en`";
    reader.report(["words", code], `\`${code}\` has no list of words`, fix);
    return [];
  });
}

/** Reads one file of brand rules. Gives them, or every problem in its order; never throws for what the text says. */
export function loadBrand(file: string, text: FileText): LoadedBrand {
  const reader = readerOf(file, text);
  const fields = reader.value === undefined ? undefined : readMap(reader, [], reader.value, FileFields);
  if (fields === undefined) return { kind: "refused", problems: reader.problems() };
  const { brand: id } = fields;
  if (file.split(/[/\\]/).at(-1) !== `${id}.yaml`) {
    reader.report(["brand"], `brand rules \`${id}\` are kept in another file`, `name the file \`${id}.yaml\``);
  }
  const [languages, links] = [
    sectionOf(reader, "languages", fields.languages),
    sectionOf(reader, "links", fields.links),
  ];
  const [hygiene, speech] = [sectionOf(reader, "hygiene", fields.hygiene), sectionOf(reader, "speech", fields.speech)];
  const { takenBack = [], attributed = [], asked = [] } = speech ?? {};
  for (const [name, patterns] of Object.entries({ takenBack, attributed, asked })) {
    checkPatterns(reader, ["speech", name], patterns);
  }
  const evidence = entriesOf(reader, "evidence", fields.evidence).map(([name, { title, until = null }]) => {
    return { id: name, title, until };
  });
  const rest = {
    evidence,
    propositions: propositionsOf(reader, fields.propositions),
    claims: claimsOf(reader, id, fields.claims),
    words: wordsOf(reader, fields.words),
  };
  const problems = reader.problems();
  if (problems.length > 0) return { kind: "refused", problems };
  const stated = languages && {
    languages: {
      allowed: languages.allowed,
      minWords: languages.minWords,
      sharePpm: parsePercent(languages.share) ?? 1,
      reason: languages.reason,
      instead: languages.instead,
      over: languages.over,
    },
  };
  const once = { ...stated, ...(links && { links }), ...(hygiene && { hygiene }) };
  return {
    kind: "loaded",
    file: frozen({
      id,
      speech:
        speech === undefined
          ? []
          : [{ of: id, languages: rest.words.map(({ code }) => code), takenBack, attributed, asked }],
      ...once,
      ...rest,
    }),
  };
}
