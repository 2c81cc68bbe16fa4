import { unitWords } from "../literals.ts";

/** How one part of a file is laid out. What says nothing is one line where it fits, its keys as they were written. */
export type Shape = {
  /** The keys in their order; any other follows as it was written. */
  readonly order?: readonly string[];
  /** A line per entry, however short. */
  readonly block?: true;
  /** One empty line before each entry but the first; else as written, of several one. */
  readonly apart?: true;
  /** A text in double quotes. */
  readonly quoted?: true;
  readonly of?: { readonly [key: string]: Shape };
  /** Each entry, where `of` does not name it. */
  readonly each?: Shape;
};

const comparison: Shape = { order: ["fact", "operator", "value", "within", "of", "before", "after"] };

/** Groups have a line per condition, a comparison is one line. */
const condition: Shape = {
  ...comparison,
  get of(): { readonly [key: string]: Shape } {
    return { all: conditions, any: conditions, not: condition };
  },
};
const conditions: Shape = { block: true, each: condition };

const param: Shape = { order: [...Object.values(unitWords), "allowed", "protected"] };
const params: Shape = { block: true, each: param };
const effective: Shape = { order: ["from", "until"] };

const override: Shape = {
  order: ["id", "for", "effective", "set", "reason"],
  block: true,
  of: { effective },
};

const rule: Shape = {
  order: ["id", "effect", "when", "reason", "letter", "mend", "route", "state", "obligations"],
  block: true,
  of: { when: condition, reason: { quoted: true }, letter: { quoted: true }, mend: { quoted: true } },
};

const limit: Shape = {
  order: ["id", "shared", "sum", "count", "cooldown", "per", "window", "cap", "warnAt", "over", "route", "unknown"],
  block: true,
};

const invariant: Shape = { order: ["id", "never", "always", "when"], block: true, of: { when: condition } };

const routeKeys = ["who", "sla", "then", "quorum", "clock", "region", "onExpiry", "notRequester", "unresolved"];
const level: Shape = { order: ["who", "sla", "then"] };
// oxlint-disable-next-line unicorn/no-thenable -- the policy language's word for the next level; never awaited
const route: Shape = { order: routeKeys, block: true, of: { then: level } };

const derivation: Shape = {
  order: ["title", "add", "subtract", "multiply", "min", "max", "day", "share", "of", "round"],
};
const table: Shape = { order: ["title", "by", "file", "rows"], block: true, of: { rows: { block: true } } };

/** A policy's file. */
const settings = ["policy", "default", "timezone", "mode", "demote", "subject", "rates", "brand"];
const sections = [
  "params",
  "derive",
  "tables",
  "conditions",
  "overrides",
  "rules",
  "limits",
  "invariants",
  "routes",
  "defaultRoute",
];

const policy: Shape = {
  order: [...settings, ...sections],
  block: true,
  of: {
    demote: { order: ["blocked", "rejected", "minimum"] },
    rates: { order: ["currency", "list", "within"] },
    params,
    derive: { block: true, each: derivation },
    tables: { block: true, apart: true, each: table },
    conditions: { block: true, each: condition },
    overrides: { block: true, apart: true, each: override },
    rules: { block: true, apart: true, each: rule },
    limits: { block: true, apart: true, each: limit },
    invariants: { block: true, each: invariant },
    routes: { block: true, each: route },
  },
};

const shared: Shape = {
  order: [
    "shared",
    "timezone",
    "sum",
    "count",
    "cooldown",
    "per",
    "window",
    "params",
    "cap",
    "warnAt",
    "over",
    "route",
  ],
  block: true,
  of: { params },
};

const kinds = ["percent", "money", "number", "boolean", "choice", "set", "date", "date-time", "duration", "text"];
const fact: Shape = { order: ["title", "adjustable", "optional", "from", ...kinds, "normal", "pattern"] };
const facts: Shape = { block: true, of: { facts: { block: true, each: fact } } };

const expect: Shape = { order: ["decision", "rules", "missing", "route"] };
const oneCase: Shape = { order: ["name", "given", "without", "at", "expect"], block: true, of: { expect } };
const cases: Shape = {
  order: ["policy", "base", "cases"],
  block: true,
  of: { base: { block: true }, cases: { block: true, each: oneCase } },
};

/** Keys that begin a part of the file: an empty line stands before each, in files of this kind. */
export type FileShape = { readonly shape: Shape; readonly parts: readonly string[] };

const files = {
  policy: { shape: policy, parts: sections },
  shared: { shape: shared, parts: [] },
  facts: { shape: facts, parts: [] },
  cases: { shape: cases, parts: ["base", "cases"] },
} satisfies { readonly [kind: string]: FileShape };

export type FileKind = keyof typeof files;

export function shapeOf(kind: FileKind): FileShape {
  return files[kind];
}
