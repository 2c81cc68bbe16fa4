import type { Json, JsonObject } from "../domain/json.ts";
import type { Action, Review } from "../domain/proposal.ts";
import { steeringFields, steers } from "./steering-text.ts";

/** What a review looks at. `readings` by tool name. */
export type Reviewed = {
  readonly requested: Action;
  readonly readings: { readonly [tool: string]: JsonObject };
  readonly findings: readonly {
    readonly code: string;
    readonly statement: string;
    readonly sources: readonly string[];
  }[];
  readonly action: Action;
  readonly reasoning: string;
};

/** The finding that code adds when a model asked for readings it may not take. */
export const READING_REFUSED = "reading-refused";

/** Compliance's own rules. They run on every proposal, whatever its model says, and only ever ask for a person. */
export function complianceRules(reviewed: Reviewed): Review {
  const reasons = [...differences(reviewed), ...unsourced(reviewed), ...steeringTexts(reviewed)];
  if (reviewed.findings.some(({ code }) => code === READING_REFUSED)) {
    reasons.push("An agent asked for readings outside this case; they were refused.");
  }
  return {
    verdict: reasons.length === 0 ? "agree" : "escalate",
    reasons: reasons.map((reason) => reason.slice(0, 500)),
  };
}

function differences({ requested, action }: Reviewed): string[] {
  const names = new Set([...Object.keys(requested.args), ...Object.keys(action.args)]);
  const differing = [...names].filter((name) => requested.args[name] !== action.args[name]);
  if (requested.tool !== action.tool) return [`The proposal names the tool ${action.tool}, not ${requested.tool}.`];
  return differing.map(
    (name) =>
      `The proposal says ${name} ${said(action.args[name])} where the record asks for ${said(requested.args[name])}.`,
  );
}

function said(value: Json | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}

function unsourced({ findings, readings }: Reviewed): string[] {
  return findings
    .filter(({ sources }) => sources.length === 0 || sources.some((source) => !Object.hasOwn(readings, source)))
    .map(({ code }) => `The finding ${code} rests on a source that was not read.`);
}

function steeringTexts({ readings, findings, reasoning }: Reviewed): string[] {
  const fields = Object.entries(readings).flatMap(([tool, value]) =>
    steeringFields(value).map((field) => `The text of ${field} in ${tool} reads like an instruction to an agent.`),
  );
  const agents = steers(reasoning) || findings.some(({ statement }) => steers(statement));
  return agents ? [...fields, "An agent's own words read like an instruction or a policy change."] : fields;
}

const strictness = { agree: 0, escalate: 1, block: 2 } as const satisfies Record<Review["verdict"], number>;

/** The stricter of two reviews, with the reasons of both. Neither can loosen the other. */
export function tightened(a: Review, b: Review): Review {
  const { verdict } = strictness[a.verdict] >= strictness[b.verdict] ? a : b;
  return { verdict, reasons: [...new Set([...a.reasons, ...b.reasons])] };
}
