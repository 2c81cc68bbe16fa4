import { startOfDay } from "../cell.ts";
import type { Verdict } from "../../domain/decision.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Invariant, Policy } from "../policy.ts";
import { cellsOf, settled, valuesOf } from "./cells.ts";
import type { Cell } from "./cells.ts";
import { within } from "./difference.ts";
import { modelOf, verdictFormulas } from "./model.ts";
import type { Model } from "./model.ts";
import { spaceOf } from "./space.ts";
import type { Space } from "./space.ts";
import { decisionOf } from "./verdict.ts";
import { find } from "./witness.ts";
import type { Witness } from "./witness.ts";

export type Proof = { readonly invariant: string } & (
  | { readonly kind: "proved" }
  | {
      readonly kind: "counterexample";
      readonly facts: JsonObject;
      readonly verdict: Verdict;
      /** The rules that match it. */
      readonly rules: readonly string[];
      /** The overrides in whose cell it arises, and a day on which they are in effect; null: none is. */
      readonly overrides: readonly string[];
      readonly day: string | null;
    }
  | { readonly kind: "undecided"; readonly why: string }
);

const verdicts: readonly Verdict[] = ["execute", "escalate", "block"];

function wrongVerdicts(invariant: Invariant): readonly Verdict[] {
  return "never" in invariant ? [invariant.never] : verdicts.filter((verdict) => verdict !== invariant.always);
}

type Asked = { readonly space: Space; readonly policy: Policy; readonly cell: Cell; readonly model: Model };

function counterexample({ space, policy, cell, model }: Asked, invariant: Invariant): Proof | undefined {
  const region = [cell.region, space.compile(cell.policy, invariant.when).must];
  const near = within(space, model, region);
  if (near === undefined) return undefined;
  const at = cell.day === null ? null : startOfDay(cell.day, policy.timezone);
  let open: Proof | undefined;
  for (const verdict of wrongVerdicts(invariant)) {
    const isSo = ({ facts }: Witness) => decisionOf(policy, facts, at).kind === verdict;
    const found = find(space, [...region, ...verdictFormulas(near, verdict)], isSo, `invariant \`${invariant.id}\``);
    if (found.kind === "undecided") open = { invariant: invariant.id, ...found };
    if (found.kind !== "found") continue;
    const { facts } = found.witness;
    const rules = decisionOf(policy, facts, at).rules.map(({ id }) => id);
    const { overrides, day } = cell;
    return { invariant: invariant.id, kind: "counterexample", facts, verdict, rules, overrides, day };
  }
  return open;
}

function proofs(policy: Policy): readonly Proof[] {
  const conditions = [...policy.rules, ...policy.invariants].map(({ when }) => when);
  const space = spaceOf(policy.facts, { cells: valuesOf(policy), conditions });
  const cells = cellsOf(space, policy).map((cell) => ({ space, policy, cell, model: modelOf(space, cell.policy) }));
  return policy.invariants.map((invariant) => {
    let open: Proof | undefined;
    for (const asked of cells) {
      const found = counterexample(asked, invariant);
      if (found?.kind === "counterexample") return found;
      open = found ?? open;
    }
    return open ?? { invariant: invariant.id, kind: "proved" };
  });
}

/**
 * Whether each invariant holds of every request that the types allow, in every cell that overrides make, past ones
 * included. It is about the active rules alone: compliance, modes and limits only tighten, so that a proof of `never:
 * execute` or `always: block` stands for whole decisions, and one of `never: escalate` or `never: block` does not.
 */
export function prove(policy: Policy): readonly Proof[] {
  const { invariants } = policy;
  return settled(
    () => (invariants.length === 0 ? [] : proofs(policy)),
    (why) => invariants.map(({ id }) => ({ invariant: id, kind: "undecided", why })),
  );
}
