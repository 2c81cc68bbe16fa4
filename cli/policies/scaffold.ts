import type { FactType } from "../../guardrails/fact-types.ts";
import { writeMoney, writePercent, writeSpan } from "../../guardrails/literals.ts";

/** The facts that a scaffold declares when none are given. */
export function factsScaffold(id: string): string {
  return `# What a request decided under \`${id}\` brings: these facts and no other. Rules may read nothing else.
# A fact has a title and says what it is, one of:
#   percent: 0%..100%                   a share; a request brings parts per million: 150000 is 15 %
#   money: 0.00 USD..50000.00 USD       an amount in one currency; a request brings cents
#   number: 0..60                       a whole number
#   boolean: true                       true or false
#   choice: [good, worn]                one of these words
#   set: [signed, insured]              any of these words
#   date: true                          a day such as 2026-07-01
#   text: 64                            at most so many characters, and where
#     it names somebody                 \`normal: [trim, case, nfkc]\`: spellings that are one; \`pattern: "^P-[0-9]+$"\`
# \`adjustable: true\`: who asks could ask for another value. \`optional: true\`: a request may leave it out.
facts:
  amount: { title: What the request comes to, adjustable: true, money: 0.00 USD..10000.00 USD }
  onHold: { title: Whoever asks is on hold, boolean: true }
`;
}

type Amounts = Extract<FactType, { kind: "number" | "ppm" | "minor" }>;
const isAmount = (fact: FactType): fact is Amounts =>
  (fact.kind === "number" || fact.kind === "ppm" || fact.kind === "minor") && fact.min < fact.max;

/** A value of a fact as policies and cases write it. */
function written(fact: FactType, value: number): string {
  if (fact.kind === "ppm") return writePercent(value);
  return fact.kind === "minor" ? writeMoney(value, fact.currency) : String(value);
}

const quoted = (text: string) => JSON.stringify(text);

/** A value that any request could bring. */
function sample(fact: FactType): string {
  switch (fact.kind) {
    case "number":
    case "ppm":
    case "minor":
      return written(fact, fact.min);
    case "boolean":
      return "false";
    case "choice":
      return quoted(fact.values[0] ?? "");
    case "set":
      return "[]";
    case "date":
      return "2026-07-01";
    case "date-time":
      return "2026-07-01T12:00:00Z";
    case "duration":
      return writeSpan(fact.min);
    case "text":
      return quoted("x");
    case "list": {
      const entry = `{ ${fact.fields.map((field) => `${field.name}: ${sample(field)}`).join(", ")} }`;
      return `[${Array.from({ length: fact.minLength }, () => entry).join(", ")}]`;
    }
  }
}

/** A whole unit about half way, so that both sides of it can be asked for. */
function limitOf({ kind, min, max }: Amounts): number {
  const middle = min + Math.floor((max - min) / 2);
  const unit = kind === "ppm" ? 10_000 : kind === "minor" ? 100 : 1;
  const round = Math.floor(middle / unit) * unit;
  return round >= min ? round : middle;
}

/** What the scaffold turns on: a limit, a switch, or one word. Undefined when the facts offer none of these. */
type Lead =
  | { readonly kind: "limit"; readonly fact: Amounts; readonly limit: number }
  | { readonly kind: "word"; readonly fact: FactType; readonly usual: string; readonly other: string };

function leadOf(facts: readonly FactType[]): Lead | undefined {
  const amount = facts.filter(isAmount).find(({ optional }) => optional !== true);
  if (amount !== undefined) return { kind: "limit", fact: amount, limit: limitOf(amount) };
  for (const fact of facts.filter(({ optional }) => optional !== true)) {
    if (fact.kind === "boolean") return { kind: "word", fact, usual: "false", other: "true" };
    const [usual, other] = fact.kind === "choice" ? fact.values : [];
    if (usual !== undefined && other !== undefined)
      return { kind: "word", fact, usual: quoted(usual), other: quoted(other) };
  }
  return undefined;
}

const unitOf = { number: "number", ppm: "percent", minor: "money" } as const;

const about = (
  id: string,
) => `# What may be done under \`${id}\` without asking anyone. The strictest rule that matches decides.
policy: ${id}
default: escalate # what no rule covers goes to people
`;

const routes = `
# From the least to the most senior. Silence denies, and nobody answers their own request.
routes:
  owner:
    who: role:ops-engineer
    sla: 8h
    onExpiry: deny
    notRequester: true
    unresolved: up

defaultRoute: owner
`;

/** The policy and its cases: one limit or word to begin with, sound as they are. Undefined when the facts offer neither. */
export function policyScaffold(
  id: string,
  facts: readonly FactType[],
): { readonly policy: string; readonly cases: string } | undefined {
  const lead = leadOf(facts);
  if (lead === undefined) return undefined;
  return lead.kind === "limit" ? limitScaffold(id, facts, lead) : wordScaffold(id, facts, lead);
}

function limitScaffold(id: string, facts: readonly FactType[], { fact, limit }: Extract<Lead, { kind: "limit" }>) {
  const { name } = fact;
  const at = written(fact, limit);
  const policy = `${about(id)}
params:
  most: { ${unitOf[fact.kind]}: ${at} } # up to and including: executes

rules:
  - id: over-the-limit
    effect: escalate
    when: { fact: ${name}, operator: greaterThan, value: { param: most } }
    reason: "{${name}} is over {most}: people decide"

  - id: within-mandate
    effect: execute
    when: { fact: ${name}, operator: lessThanInclusive, value: { param: most } }
    reason: "{${name}} is within {most}"
${routes}`;
  const cases = casesOf(id, facts, { fact, usual: at, other: written(fact, limit + 1) }, [
    ["the limit itself is still within", "within-mandate"],
    ["the smallest step over the limit goes to people", "over-the-limit"],
  ]);
  return { policy, cases };
}

function wordScaffold(id: string, facts: readonly FactType[], lead: Extract<Lead, { kind: "word" }>) {
  const { name } = lead.fact;
  const policy = `${about(id)}
rules:
  - id: out-of-the-ordinary
    effect: escalate
    when: { fact: ${name}, operator: notEqual, value: ${lead.usual} }
    reason: "${name} is {${name}}: people decide"

  - id: within-mandate
    effect: execute
    when: { fact: ${name}, operator: equal, value: ${lead.usual} }
    reason: "${name} is {${name}}"
${routes}`;
  const cases = casesOf(id, facts, lead, [
    ["what is usual needs nobody", "within-mandate"],
    ["what is not goes to people", "out-of-the-ordinary"],
  ]);
  return { policy, cases };
}

function casesOf(
  id: string,
  facts: readonly FactType[],
  { fact, usual, other }: { readonly fact: FactType; readonly usual: string; readonly other: string },
  [within, over]: readonly [readonly [string, string], readonly [string, string]],
): string {
  const base = facts.map((type) => `  ${type.name}: ${type === fact ? usual : sample(type)}`).join("\n");
  return `# Examples of what \`${id}\` must decide. Each changes \`base\`; \`rules\` names every rule that matches.
policy: ${id}

base:
${base}

cases:
  - name: ${within[0]}
    expect: { decision: execute, rules: [${within[1]}] }

  - name: ${over[0]}
    given: { ${fact.name}: ${other} }
    expect: { decision: escalate, rules: [${over[1]}], route: owner }

  - name: a request that does not say goes to people
    without: [${fact.name}]
    expect: { decision: escalate, rules: [], missing: [${fact.name}], route: owner }
`;
}
