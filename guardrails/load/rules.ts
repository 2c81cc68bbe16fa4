import { z } from "zod";
import { obligations } from "../../domain/obligations.ts";
import { didYouMean, listed } from "../did-you-mean.ts";
import { withLookedUp } from "../name-list.ts";
import { readsOf } from "../policy.ts";
import type { PolicyRule } from "../policy.ts";
import { citedNames } from "../reason.ts";
import { readCondition } from "./condition.ts";
import { Sentence, Slug, checkReserved } from "./names.ts";
import { itemsAt, readMap, warnOfLooks } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import { checkRoute } from "./routes.ts";
import type { RouteNames } from "./routes.ts";
import type { Vocabulary } from "./vocabulary.ts";

const RuleFields = z.strictObject({
  id: Slug,
  effect: z.enum(["execute", "escalate", "block"]).describe("`execute`, `escalate` or `block`"),
  when: z.unknown().optional(),
  reason: Sentence.describe('a sentence such as "Discount {effectiveDiscount} is over {auto_max}"'),
  letter: Sentence.optional().describe('why, for the partner: "The discount is more than this quote can carry."'),
  mend: Sentence.optional().describe('what the partner could do: "Ask for a smaller discount."'),
  route: z.string().optional().describe("the name of a route"),
  state: z.enum(["candidate", "active"]).optional().describe("`candidate` to watch it without effect, or leave it out"),
  obligations: z.array(z.string()).min(1).optional().describe("what is owed afterwards, such as `[crm-note]`"),
});

function checkReason(reader: Reader, path: Path, reason: string, when: PolicyRule["when"] | undefined): void {
  if (reason.trimStart().startsWith("runtime_error")) {
    reader.report(path, "`runtime_error` is kept for faults", "say what the rule found");
  }
  const cited = citedNames(reason);
  if (cited === undefined) {
    reader.report(path, "a brace stands alone", "write `{name}` with a fact or a parameter, or leave braces out");
    return;
  }
  if (when === undefined) return;
  const reads = readsOf(when);
  const names = [...withLookedUp(reads.facts), ...reads.params];
  for (const name of cited.filter((candidate) => !names.includes(candidate))) {
    reader.report(path, `the reason cites \`${name}\`, which the rule does not read`, didYouMean(name, names));
  }
}

/** What goes to the partner names no figure: figures are our limits, and braces would fill them in. */
function checkForPartner(reader: Reader, path: Path, text: string | undefined): void {
  if (text === undefined) return;
  const told = /[{}]/.test(text) ? "a brace" : /\p{N}/u.test(text) ? "a figure" : undefined;
  if (told !== undefined) {
    reader.report(path, `the partner reads it, and it holds ${told}`, "say it without figures: limits are not told");
  }
  warnOfLooks(reader, path, text);
}

function checkObligations(reader: Reader, path: Path, names: readonly string[]): void {
  const known = Object.keys(obligations);
  for (const [index, name] of names.entries()) {
    const where = [...path, index];
    if (!known.includes(name)) reader.report(where, `unknown obligation \`${name}\``, didYouMean(name, known));
    else if (names.indexOf(name) < index) reader.report(where, `\`${name}\` is listed twice`, "keep one");
  }
}

function readRule(
  reader: Reader,
  path: Path,
  value: unknown,
  vocabulary: Vocabulary,
  routes: RouteNames,
): PolicyRule | undefined {
  const fields = readMap(reader, path, value, RuleFields);
  const conditionOf = typeof value === "object" && value !== null && "when" in value ? value.when : undefined;
  const when = readCondition(reader, [...path, "when"], conditionOf, vocabulary);
  if (fields === undefined) return undefined;
  const { id, effect, reason, letter, mend, route, state, obligations: owed } = fields;
  checkReserved(reader, [...path, "id"], id);
  checkReason(reader, [...path, "reason"], reason, when);
  warnOfLooks(reader, [...path, "reason"], reason);
  checkForPartner(reader, [...path, "letter"], letter);
  checkForPartner(reader, [...path, "mend"], mend);
  checkRoute(reader, path, { noun: "a rule", effect, route }, routes);
  checkObligations(reader, [...path, "obligations"], owed ?? []);
  if (when === undefined) return undefined;
  const more = {
    ...(letter !== undefined && { letter }),
    ...(mend !== undefined && { mend }),
    ...(state === "candidate" && { state }),
    ...(owed !== undefined && { obligations: owed }),
  };
  if (effect === "escalate") return { id, effect, when, reason, route: route ?? routes.default, ...more };
  return { id, effect, when, reason, ...more };
}

/** The rules of a policy, in file order. */
export function readRules(
  reader: Reader,
  value: unknown,
  vocabulary: Vocabulary,
  routes: RouteNames,
): readonly PolicyRule[] {
  const fields = listed(["id", "effect", "when", "reason", "route"]);
  const items = itemsAt(reader, ["rules"], value, `write rules with ${fields}`);
  return items.flatMap((item, index) => readRule(reader, ["rules", index], item, vocabulary, routes) ?? []);
}
