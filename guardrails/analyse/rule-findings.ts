import type { PolicyRule } from "../policy.ts";
import { conditionText } from "../sentences.ts";
import { DEFAULT_STEPS, narrowed, truthOver } from "./box.ts";
import type { Cell } from "./cells.ts";
import { findChange, within } from "./difference.ts";
import { undecided } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { Layout } from "./layout.ts";
import type { Formula } from "./formula.ts";
import { modelRule } from "./model.ts";
import type { Model, ModelRule } from "./model.ts";
import type { Space } from "./space.ts";
import { exists } from "./witness.ts";

/** What a question comes to over all cells: so in some, in none, or open in some and so in no other. */
type Somewhere = { readonly kind: "some" | "none" } | { readonly kind: "undecided"; readonly why: string };

type Ask = (cell: Cell, model: Model, rule: ModelRule) => { readonly kind: string; readonly why?: string };

/**
 * The same rules may match in the region as in the policy as written: what was asked of all requests there is answered.
 * A rule that an override moved out of the region is missed as one that it moved in.
 */
function isAsWritten(space: Space, written: Model, model: Model, region: readonly Formula[]): boolean {
  const [here, there] = [within(space, model, region), within(space, written, region)];
  const own = new Set(there?.rules);
  return here === undefined || (here.rules.length === own.size && here.rules.every((rule) => own.has(rule)));
}

function somewhere({ cells, space }: Layout, rule: PolicyRule, ask: Ask): Somewhere {
  let answer: Somewhere = { kind: "none" };
  const written = cells[0]?.cell.region.kind === "always" ? cells[0].model : undefined;
  for (const { cell, model } of cells) {
    const same = model.rules.find(({ id }) => id === rule.id);
    const own = same ?? modelRule(cell.policy, rule, space.compile(cell.policy, rule.when));
    const isAnswered = written !== undefined && model !== written && written.rules.includes(own);
    if (isAnswered && isAsWritten(space, written, model, [cell.region, own.may])) continue;
    const found = ask(cell, model, own);
    if (found.kind === "found") return { kind: "some" };
    if (found.kind === "undecided") answer = { kind: "undecided", why: found.why ?? "" };
  }
  return answer;
}

const rank = { execute: 0, escalate: 1, block: 2 } as const;

function stricterThan({ effect }: ModelRule, { rules }: Model): readonly ModelRule[] {
  return rules.filter((other) => rank[other.effect] > rank[effect]);
}

/** That no stricter rule takes the decision: for an execute rule not even one that hangs on a fact left out. */
function undisturbed(rule: ModelRule, model: Model): readonly Formula[] {
  return stricterThan(rule, model).map((other) => (rule.effect === "execute" ? other.mayNot : other.mustNot));
}

function reaches(space: Space): Ask {
  return (cell, _, rule) => exists(space, [cell.region, rule.must], `whether \`${rule.id}\` can match`);
}

function decides(space: Space): Ask {
  return (cell, model, rule) => {
    const region = [cell.region, rule.must];
    const near = within(space, model, region);
    if (near === undefined) return { kind: "none" };
    return exists(space, [...region, ...undisturbed(rule, near)], `whether \`${rule.id}\` ever decides`);
  };
}

function changes(space: Space): Ask {
  return (cell, model, rule) => {
    const without = { ...model, rules: model.rules.filter((other) => other !== rule) };
    const subject = `whether \`${rule.id}\` changes anything`;
    return findChange(space, [model, without], [cell.region], (asked) => exists(space, asked, subject));
  };
}

/** Whether the rule is ever the only one that matches. */
function standsAlone(space: Space): Ask {
  return (cell, model, rule) => {
    const region = [cell.region, rule.must];
    const others = within(space, model, region)?.rules.filter((other) => other.id !== rule.id) ?? [];
    return exists(space, [...region, ...others.map(({ mayNot }) => mayNot)], `whether \`${rule.id}\` stands alone`);
  };
}

/** A rule of these that plainly matches whatever the given one matches, in every cell, to name it. There may be more. */
function coveringRule(
  { space, cells }: Layout,
  rule: PolicyRule,
  isFit: (other: ModelRule, own: ModelRule) => boolean,
): string | undefined {
  const covering = cells.map(({ cell, model }) => {
    const budget = { left: DEFAULT_STEPS };
    const own = model.rules.find(({ id }) => id === rule.id);
    const box = own && narrowed(space.whole, [cell.region, own.must], budget);
    if (own === undefined || box === undefined) return undefined;
    const others = model.rules.filter((other) => other !== own && isFit(other, own));
    return new Set(others.filter(({ must }) => truthOver(box, must, budget) === true).map(({ id }) => id));
  });
  const [first, ...rest] = covering.filter((ids) => ids !== undefined);
  return [...(first ?? [])].find((id) => rest.every((ids) => ids.has(id)));
}

/** Where a fact may be left out a rule that hangs on it may match, and then nothing executes. */
const orMay = ({ policy }: Layout) => (policy.facts.some(({ optional }) => optional === true) ? ", or may match" : "");

function shadowedFinding(layout: Layout, rule: PolicyRule): Finding {
  const by = coveringRule(layout, rule, (other, own) => rank[other.effect] > rank[own.effect]);
  const cause = by === undefined ? `stricter rules match${orMay(layout)}` : `\`${by}\` matches, which is stricter`;
  return {
    kind: "shadowed",
    severity: "error",
    about: by === undefined ? [rule.id] : [rule.id, by],
    message: `\`${rule.id}\` never decides: whenever it matches, ${cause}`,
  };
}

function redundantFinding(layout: Layout, rule: PolicyRule): Finding {
  const alone = somewhere(layout, rule, standsAlone(layout.space));
  if (alone.kind === "undecided") return undecided([rule.id], alone.why);
  if (alone.kind === "some") {
    const message = `\`${rule.id}\` decides as the default does (${layout.policy.default}): it adds its reason alone`;
    return { kind: "as-default", severity: "info", about: [rule.id], message };
  }
  const by = coveringRule(layout, rule, (other, own) => other.effect === own.effect && other.route >= own.route);
  const others = `whenever it matches, other rules match${orMay(layout)}`;
  const cover = by === undefined ? others : `\`${by}\` covers all that it matches`;
  return {
    kind: "redundant",
    severity: "warning",
    about: by === undefined ? [rule.id] : [rule.id, by],
    message: `\`${rule.id}\` changes no decision: ${cover}`,
  };
}

function ruleFinding(layout: Layout, rule: PolicyRule): Finding | undefined {
  const { space } = layout;
  const reached = somewhere(layout, rule, reaches(space));
  if (reached.kind === "none") {
    const message = `\`${rule.id}\` matches no request: nothing makes \`${conditionText(layout.policy, rule.when)}\` hold`;
    return { kind: "unreachable", severity: "error", about: [rule.id], message };
  }
  if (reached.kind === "undecided") return undecided([rule.id], reached.why);
  if (rule.state === "candidate") return undefined;
  const decided = rule.effect === "block" ? reached : somewhere(layout, rule, decides(space));
  if (decided.kind === "none") return shadowedFinding(layout, rule);
  if (decided.kind === "undecided") return undecided([rule.id], decided.why);
  if ((rule.obligations?.length ?? 0) > 0) return undefined;
  const needed = somewhere(layout, rule, changes(space));
  if (needed.kind === "undecided") return undecided([rule.id], needed.why);
  return needed.kind === "none" ? redundantFinding(layout, rule) : undefined;
}

/** Rules that match nothing, never decide, or change no decision, in any cell. */
export function ruleFindings(layout: Layout, onRule: (done: number, of: number) => void): readonly Finding[] {
  const { rules } = layout.policy;
  return rules.flatMap((rule, at) => {
    onRule(at, rules.length);
    return ruleFinding(layout, rule) ?? [];
  });
}
