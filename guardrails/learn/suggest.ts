import { decideCompiled } from "../decide-compiled.ts";
import type { Policy } from "../policy.ts";
import { evidenceOf, lackingIn, type Evidence } from "./evidence.ts";
import type { Answered } from "../../domain/answered.ts";
import {
  askedIn,
  isAllowed,
  leversOf,
  moved,
  openingSign,
  valueThatAsks,
  valueThatSpares,
  type Lever,
} from "./lever.ts";
import { reversalsOf, type Reversal } from "./reversals.ts";

/** A change of one parameter, in its unit, and why. It changes nothing by itself: people edit, prove and release it. */
export type Suggestion = {
  /** `<policy>.<rule>.<param>`: at most one change is suggested for each. */
  readonly id: string;
  readonly policyId: string;
  readonly ruleId: string;
  readonly param: string;
  readonly from: number;
  readonly to: number;
} & (
  | { readonly kind: "open"; readonly evidence: Evidence }
  | { readonly kind: "tighten"; readonly reversals: readonly Reversal[] }
);

/** A parameter for which nothing is suggested, though its rule asked people, and what is lacking. */
export type Held = Pick<Suggestion, "id" | "policyId" | "ruleId" | "param"> & { readonly lacking: readonly string[] };

export type Suggested = { readonly suggestions: readonly Suggestion[]; readonly held: readonly Held[] };

type Names = Pick<Suggestion, "id" | "policyId" | "ruleId" | "param">;

function namesOf({ id: policyId }: Policy, { rule, param }: Lever): Names {
  return { id: `${policyId}.${rule.id}.${param.name}`, policyId, ruleId: rule.id, param: param.name };
}

function executes(policy: Policy, { facts, at }: Answered): boolean {
  return decideCompiled(policy, facts, at).verdict === "execute";
}

type Opening = { readonly to: number; readonly band: readonly Answered[] } | { readonly lacking: readonly string[] };

/**
 * The widest value inside `allowed` that spares an approved request, and under which no rejected one executes. `band`:
 * the requests that people were asked about and that then execute.
 */
function openingOf(policy: Policy, lever: Lever, history: readonly Answered[]): Opening | undefined {
  const sign = openingSign(lever);
  const spares = (item: Answered) => {
    const given = askedIn(lever, item);
    return given === undefined ? undefined : valueThatSpares(lever, given);
  };
  const wider = (a: number, b: number) => (a - b) * sign > 0;
  const isCandidate = (value: number | undefined): value is number =>
    value !== undefined && isAllowed(lever, value) && wider(value, lever.param.value);
  const asked = history.filter((item) => item.end !== "executed");
  const rejected = asked.filter(({ end }) => end === "rejected");
  let values = asked
    .filter(({ end }) => end === "approved")
    .map(spares)
    .filter(isCandidate);
  if (values.length === 0) return undefined;
  while (values.length > 0) {
    const to = values.reduce((widest, value) => (wider(value, widest) ? value : widest));
    const after = moved(policy, lever, to);
    const against = rejected.filter((item) => executes(after, item)).map(spares);
    if (against.length === 0) {
      return { to, band: asked.filter((item) => executes(after, item) && !executes(policy, item)) };
    }
    values = values.filter((value) => value !== to && against.every((bar) => bar !== undefined && wider(bar, value)));
  }
  return { lacking: ["people rejected requests that every wider value would execute"] };
}

/** The loosest value under which people are asked about every reversed request that the policy executes alone. */
function tighteningOf(policy: Policy, lever: Lever, reversals: readonly Reversal[]): number | undefined {
  const sign = openingSign(lever);
  const values = reversals.map(({ value }) => valueThatAsks(lever, value));
  return values.reduce<number | undefined>(
    (strictest, value) => (strictest === undefined || (value - strictest) * sign < 0 ? value : strictest),
    undefined,
  );
}

function considered(policy: Policy, lever: Lever, history: readonly Answered[]): Suggestion | Held | undefined {
  const names = namesOf(policy, lever);
  const from = lever.param.value;
  const reversals = reversalsOf(lever, history);
  const alone = reversals.filter(({ item }) => executes(policy, item));
  const stricter = tighteningOf(policy, lever, alone);
  if (stricter !== undefined) {
    const isOutside = !isAllowed(lever, stricter);
    if (isOutside) return { ...names, lacking: ["a reversed request calls for a value outside `allowed`"] };
    return { ...names, kind: "tighten", from, to: stricter, reversals: alone };
  }
  const opening = openingOf(policy, lever, history);
  if (opening === undefined) return undefined;
  if ("lacking" in opening) return { ...names, lacking: opening.lacking };
  const evidence = evidenceOf(opening.band);
  const reversed = reversals.filter(({ item }) => opening.band.includes(item)).length;
  const lacking = [...lackingIn(evidence), ...(reversed > 0 ? [`${reversed} were rejected when asked again`] : [])];
  if (lacking.length > 0) return { ...names, lacking };
  return { ...names, kind: "open", from, to: opening.to, evidence };
}

/**
 * What a policy's own history says of its parameters: where people approve everything that a rule asks them, a wider
 * value; where something executed alone and people later rejected it, a stricter one. Pure, and it applies nothing.
 */
export function suggest(policy: Policy, history: readonly Answered[]): Suggested {
  const all = leversOf(policy).flatMap((lever) => considered(policy, lever, history) ?? []);
  return {
    suggestions: all.filter((one): one is Suggestion => "kind" in one),
    held: all.filter((one): one is Held => "lacking" in one),
  };
}
