import type { Finding } from "../domain/evidence.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Action, Review } from "../domain/proposal.ts";
import { differences } from "./held-against.ts";
import type { TurnInput } from "./turn.ts";

/** What a record keeps of a reason. */
const MAX_REASON_CHARS = 500;

/** What a review's rules look at. `readings` by tool name. */
export type Reviewed = {
  readonly readings: { readonly [tool: string]: JsonObject };
  readonly findings: readonly { readonly code: string; readonly sources: readonly string[] }[];
};

/** The finding that code adds when a model asked for readings it may not take. */
export const READING_REFUSED = "reading-refused";

/** Compliance's own rules on what was found. They run on every proposal, whatever its model says, and only ever ask for a person. */
export function unsourced({ findings, readings }: Reviewed): Review {
  return escalatedFor(
    findings
      .filter(({ sources }) => sources.length === 0 || sources.some((source) => !Object.hasOwn(readings, source)))
      .map(({ code }) => `The finding ${code} rests on a source that was not read.`),
  );
}

/** A proposal is what the record asks for, whoever wrote it. */
export function notAsAsked(turn: TurnInput, requested: Action, { tool, args }: Action): Review {
  const other =
    tool === requested.tool ? differences(turn, requested.args, args).map(({ argument }) => argument) : ["tool"];
  return escalatedFor(other.map((what) => `The ${what} that is proposed is not the one the record asks for.`));
}

/** What agents write for people holds nothing to follow. */
const LINK = /https?:\/\/|\]\(/i;

/** Links and markup in agents' own words: nobody checked where they lead. */
export function linked(findings: readonly Pick<Finding, "code" | "statement">[], reasoning: string): Review {
  const found = findings.filter(({ statement }) => LINK.test(statement)).map(({ code }) => `finding ${code}`);
  const where = LINK.test(reasoning) ? [...found, "reasoning"] : found;
  return escalatedFor(where.map((what) => `The ${what} holds a link, and nobody checked where it leads.`));
}

function escalatedFor(reasons: readonly string[]): Review {
  const verdict = reasons.length === 0 ? "agree" : "escalate";
  return { verdict, reasons: reasons.map((reason) => reason.slice(0, MAX_REASON_CHARS)) };
}

/** A model's word as far as it counts: it can ask for a person, and deny nobody anything in the rules' stead. */
export function asPersonsToDecide({ verdict, reasons }: Review): Review {
  return { verdict: verdict === "block" ? "escalate" : verdict, reasons };
}

const strictness = { agree: 0, escalate: 1, block: 2 } as const satisfies Record<Review["verdict"], number>;

/** The stricter of two reviews, with the reasons of both. Neither can loosen the other. */
export function tightened(a: Review, b: Review): Review {
  const { verdict } = strictness[a.verdict] >= strictness[b.verdict] ? a : b;
  return { verdict, reasons: [...new Set([...a.reasons, ...b.reasons])] };
}
