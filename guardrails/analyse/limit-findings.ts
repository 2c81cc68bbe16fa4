import { comparisonsOf } from "../policy.ts";
import type { Condition, Policy } from "../policy.ts";
import { limitsOf } from "../thresholds.ts";
import { undecided } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { isMade } from "./ground.ts";
import { lookFarther } from "./first-acting.ts";
import type { Acting, Reach } from "./first-acting.ts";
import type { Layout } from "./layout.ts";
import { changesAt, isOrdered, limitText, limitsIn, paramOf, standsAt, tellingApart } from "./moved-limit.ts";
import type { Limit } from "./moved-limit.ts";

/** Whether a decision changes when the limit moves by one unit, in any cell. */
function actsBeside({ space, cells }: Layout, limit: Limit): "yes" | "no" | { readonly why: string } {
  let open: { readonly why: string } | undefined;
  for (const one of cells) {
    const from = standsAt(limit, one.cell.policy);
    if (from === undefined) continue;
    for (const to of [from + 1, from - 1]) {
      const found = changesAt(space, one, limit, to);
      if (found.kind === "found") return "yes";
      if (found.kind === "undecided") open = found;
    }
  }
  return open ?? "no";
}

function actingText(policy: Policy, limit: Limit, { at, from, override }: Acting): string {
  const text = limitText(policy, limit, at);
  return override === undefined ? text : `${text} (from ${limitText(policy, limit, from)}, which \`${override}\` sets)`;
}

function reachText(policy: Policy, limit: Limit, { range, down, up }: Extract<Reach, { readonly kind: "reach" }>) {
  const told = (acting: Acting) => actingText(policy, limit, acting);
  const nowhere = (end: number, way: string) => `and nowhere ${way} to ${limitText(policy, limit, end)}`;
  if (down !== undefined && up !== undefined)
    return `it first acts at ${told(down)} downwards and at ${told(up)} upwards`;
  if (down !== undefined) return `it first acts at ${told(down)}, ${nowhere(range.max, "up")}`;
  return up === undefined ? "" : `it first acts at ${told(up)}, ${nowhere(range.min, "down")}`;
}

function farFinding(policy: Policy, limit: Limit, reach: Reach): Finding {
  const about = limit.rules.map(({ id }) => id);
  if (reach.kind === "undecided") return undecided(about, reach.why);
  const still = (told: string): Finding => ({
    kind: "limit-not-binding",
    severity: "warning",
    about,
    message: `the limit ${limit.name} does not act where it stands: moving it by one step changes no decision; ${told}`,
  });
  if (reach.kind === "spent") return still("values farther off were not tried");
  if (reach.down !== undefined || reach.up !== undefined) return still(reachText(policy, limit, reach));
  const [min, max] = [reach.range.min, reach.range.max].map((end) => limitText(policy, limit, end));
  const message = `the limit ${limit.name} never acts: no value from ${min} to ${max} changes a decision`;
  return { kind: "limit-never-acts", severity: "warning", about, message };
}

/**
 * Comparisons that a space must tell apart so that moving any limit by one shows in it: each value where an answer turns
 * is then the first of its class, which is the value that comparisons are read at. Where several facts are read together
 * it is the only one: not every value of a class goes with the others.
 */
export function besideLimits(policy: Policy, cells: readonly Policy[]): readonly Condition[] {
  const comparisons = policy.rules.flatMap(({ when }) => comparisonsOf(when));
  const isTied = comparisons.some((one) => isMade(policy, one));
  const beside = (limit: number) => (isTied ? [limit - 1, limit, limit + 1] : [limit - 1, limit]);
  return comparisons.flatMap((comparison) =>
    cells.flatMap((cell) => {
      const limits = isOrdered(comparison) || paramOf(comparison) !== undefined ? limitsOf(comparison, cell) : [];
      return limits.flatMap((limit) => tellingApart(comparison.fact, beside(limit)));
    }),
  );
}

/** How often limits that a step does not move are tried farther off, all together; some seconds over a thousand rules. */
const TRIES = 200;

/**
 * Limits whose move by one unit, up or down, changes no decision in any cell, with the nearest values at which they act.
 * A limit of rules that have no effect at all (`idle`) is not told beside them.
 */
export function limitFindings(
  layout: Layout,
  idle: ReadonlySet<string>,
  onLimit: (done: number, of: number) => void,
): readonly Finding[] {
  const { policy } = layout;
  const limits = limitsIn(policy).filter(({ rules }) => rules.some(({ id }) => !idle.has(id)));
  const beside = limits.map((limit, at) => {
    onLimit(at, limits.length);
    return { limit, acts: actsBeside(layout, limit) };
  });
  const still = beside.flatMap(({ limit, acts }) => (acts === "no" ? [limit] : []));
  const look = still.length === 0 ? undefined : lookFarther(policy, still);
  const tries = { left: TRIES };
  return beside.flatMap(({ limit, acts }) => {
    if (acts === "yes") return [];
    if (acts === "no") return look === undefined ? [] : [farFinding(policy, limit, look(limit, tries))];
    const about = limit.rules.map(({ id }) => id);
    return [undecided(about, acts.why)];
  });
}
