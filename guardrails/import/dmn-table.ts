import { named, type XmlElement } from "./xml.ts";

/** Where something stands in the file, both from 1. */
export type Spot = { readonly line: number; readonly column: number };

type Entry = { readonly at: Spot; readonly text: string };

/** An input: the name whose value it is, what it is called, and which values it allows, if it says so. */
export type DmnColumn = {
  readonly at: Spot;
  readonly variable: string;
  readonly heading: string;
  readonly allowed: string | undefined;
};

/** `allowed`: its values, from the first in priority down. `otherwise`: what is said where no rule holds. */
type DmnOutput = {
  readonly at: Spot;
  readonly heading: string;
  readonly allowed: string | undefined;
  readonly otherwise: Entry | undefined;
};

export type DmnRule = {
  readonly at: Spot;
  /** From 1, as modellers number them. */
  readonly ordinal: number;
  /** A cell for each column. */
  readonly entries: readonly Entry[];
  readonly output: Entry;
};

const hitPolicies = ["UNIQUE", "FIRST", "ANY", "PRIORITY"] as const;

/** One decision table as it is written, before any cell is read. */
export type DmnTable = {
  readonly hitPolicy: (typeof hitPolicies)[number];
  readonly columns: readonly DmnColumn[];
  readonly output: DmnOutput;
  readonly rules: readonly DmnRule[];
};

type Report = (at: Spot, message: string, fix: string) => void;

/** Rules that are compared with each other. */
const MOST_RULES = 2_000;

/** Words of FEEL: a name that holds one of them is an expression. */
const keywords = new Set(
  "and or not in if then else for return some every satisfies between instance of function true false null".split(" "),
);

const textOf = (element: XmlElement | undefined): string | undefined => {
  const text = element && named(element, "text")[0]?.text.trim();
  return text === undefined || text === "" ? undefined : text;
};

/** Whether an element's own expression language is FEEL, or it names none. */
function isFeel({ attributes }: XmlElement): boolean {
  const language = attributes["expressionLanguage"];
  return language === undefined || /^feel$|\/FEEL\/?$|feel\.xsd$/i.test(language);
}

/** A name: words of letters, figures and underscores, perhaps with dots between. */
function isName(text: string): boolean {
  const words = text.split(/[\s.]+/);
  return /^[\p{L}_][\p{L}\p{N}_ .]*$/u.test(text) && !words.some((word) => keywords.has(word));
}

function columnOf(input: XmlElement, report: Report): readonly DmnColumn[] {
  const [expression] = named(input, "inputExpression");
  const variable = textOf(expression);
  if (expression === undefined || variable === undefined || !isName(variable) || !isFeel(expression)) {
    const fix = "write the name of one value, in FEEL: what is worked out of several is not read";
    const isOther = expression !== undefined && !isFeel(expression);
    const said = variable === undefined ? "this input has no expression" : `\`${variable}\` is no name of an input`;
    report(expression ?? input, isOther ? "this input is not in FEEL" : said, fix);
    return [];
  }
  const heading = input.attributes["label"] ?? variable;
  return [
    { at: input, variable, heading: heading.trim() || variable, allowed: textOf(named(input, "inputValues")[0]) },
  ];
}

function outputOf(output: XmlElement, fallback: string): DmnOutput {
  const heading = output.attributes["label"] ?? output.attributes["name"] ?? fallback;
  const [otherwise] = named(output, "defaultOutputEntry");
  const text = textOf(otherwise);
  return {
    at: output,
    heading,
    allowed: textOf(named(output, "outputValues")[0]),
    otherwise: otherwise === undefined || text === undefined ? undefined : { at: otherwise, text },
  };
}

function ruleOf(rule: XmlElement, ordinal: number, width: number, report: Report): readonly DmnRule[] {
  const entries = named(rule, "inputEntry");
  const outputs = named(rule, "outputEntry");
  const strange = [...entries, ...outputs].find((entry) => !isFeel(entry));
  if (strange !== undefined) report(strange, "this entry is not in FEEL", "write it in FEEL");
  const [output] = outputs;
  if (entries.length !== width || output === undefined || outputs.length !== 1) {
    const said = `the rule has ${entries.length} inputs and ${outputs.length} outputs, the table ${width} and 1`;
    report(rule, said, "fill it");
    return [];
  }
  const cells = entries.map((entry) => ({ at: entry, text: named(entry, "text")[0]?.text ?? "" }));
  return [{ at: rule, ordinal, entries: cells, output: { at: output, text: textOf(output) ?? "" } }];
}

/** The file's one decision; undefined, and reported, where it holds none or several. */
function decisionOf(root: XmlElement, report: Report): XmlElement | undefined {
  const isDmn = root.name === "definitions" && /^https?:\/\/www\.omg\.org\/spec\/DMN\//.test(root.namespace);
  const decisions = isDmn ? named(root, "decision") : [];
  const [decision, second] = decisions;
  if (decision === undefined) report(root, "the file holds no decision of DMN", "export it as DMN 1.3 XML");
  else if (!isFeel(root)) report(root, "its expressions are not in FEEL", "write them in FEEL");
  else if (second !== undefined)
    report(second, "the file holds several decisions", "leave one: what one makes of another is not read");
  return second === undefined ? decision : undefined;
}

/** The decision table of a DMN file; undefined, and each reason reported, where it is none that is read. */
export function dmnTable(root: XmlElement, report: Report): DmnTable | undefined {
  const decision = decisionOf(root, report);
  if (decision === undefined) return undefined;
  for (const model of named(root, "businessKnowledgeModel"))
    report(model, "a business knowledge model is not read", "write what it says into the table");
  for (const requirement of named(decision, "informationRequirement"))
    for (const other of named(requirement, "requiredDecision"))
      report(other, "the decision needs another one", "make what that says an input");
  const [table] = named(decision, "decisionTable");
  if (table === undefined) {
    report(decision, "the decision is no decision table", "write it as one");
    return undefined;
  }
  const written = table.attributes["hitPolicy"] ?? "UNIQUE";
  const hitPolicy = hitPolicies.find((known) => known === written);
  if (hitPolicy === undefined)
    report(table, `the hit policy ${written} gives several answers`, `choose one of ${hitPolicies.join(", ")}`);
  const inputs = named(table, "input");
  const outputs = named(table, "output");
  const rules = named(table, "rule");
  const [output, other] = outputs;
  if (output === undefined || other !== undefined)
    report(other ?? table, `the table has ${outputs.length} outputs`, "leave the one that says who may do it");
  if (rules.length === 0 || rules.length > MOST_RULES)
    report(table, `the table has ${rules.length} rules`, `write 1 to ${MOST_RULES}`);
  const columns = inputs.flatMap((input) => columnOf(input, report));
  const read = rules.flatMap((rule, index) => ruleOf(rule, index + 1, inputs.length, report));
  if (hitPolicy === undefined || output === undefined) return undefined;
  const fallback = table.attributes["outputLabel"] ?? decision.attributes["name"] ?? "";
  return { hitPolicy, columns, output: outputOf(output, fallback), rules: read };
}
