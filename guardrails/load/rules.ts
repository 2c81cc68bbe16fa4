import { z } from "zod";
import { didYouMean, listed } from "../did-you-mean.ts";
import { readsOf } from "../policy.ts";
import type { PolicyRule } from "../policy.ts";
import { citedNames } from "../reason.ts";
import { readCondition } from "./condition.ts";
import type { Vocabulary } from "./condition.ts";
import { itemsAt, readMap, shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

const RuleFields = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .describe("a name in lower case letters, digits and `-`"),
  effect: z.enum(["execute", "escalate", "block"]).describe("`execute`, `escalate` or `block`"),
  when: z.unknown().optional(),
  reason: z.string().min(1).max(300).describe('a sentence such as "Discount {effectiveDiscount} is over {auto_max}"'),
  route: z.string().optional().describe("the name of a route"),
});
type RuleFields = z.infer<typeof RuleFields>;

/** Names the guardrail gives to what it adds itself. */
const reserved = /^(compliance-review|runtime-error|default)/;

type Routes = { readonly declared: readonly string[]; readonly default: string };

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
  const names = [...reads.facts, ...reads.params];
  for (const name of cited.filter((candidate) => !names.includes(candidate))) {
    reader.report(path, `the reason cites \`${name}\`, which the rule does not read`, didYouMean(name, names));
  }
}

function checkRoute(reader: Reader, path: Path, { effect, route }: RuleFields, routes: Routes): void {
  if (route === undefined) return;
  if (effect !== "escalate") {
    reader.reportKey(path, "route", `a rule that says \`${effect}\` asks nobody`, "remove the route");
  } else if (!routes.declared.includes(route)) {
    reader.report([...path, "route"], `unknown route \`${route}\``, didYouMean(route, routes.declared));
  }
}

function readRule(
  reader: Reader,
  path: Path,
  value: unknown,
  vocabulary: Vocabulary,
  routes: Routes,
): PolicyRule | undefined {
  const fields = readMap(reader, path, value, RuleFields);
  const conditionOf = typeof value === "object" && value !== null && "when" in value ? value.when : undefined;
  const when = readCondition(reader, [...path, "when"], conditionOf, vocabulary);
  if (fields === undefined) return undefined;
  const { id, effect, reason, route } = fields;
  if (reserved.test(id))
    reader.report([...path, "id"], `\`${id}\` is a name the guardrail gives itself`, "choose another name");
  checkReason(reader, [...path, "reason"], reason, when);
  checkRoute(reader, path, fields, routes);
  if (when === undefined) return undefined;
  if (effect === "escalate") return { id, effect, when, reason, route: route ?? routes.default };
  return { id, effect, when, reason };
}

/** The rules of a policy, in file order. */
export function readRules(
  reader: Reader,
  value: unknown,
  vocabulary: Vocabulary,
  routes: Routes,
): readonly PolicyRule[] {
  const items = itemsAt(reader, ["rules"], value, `write rules with ${listed(Object.keys(RuleFields.shape))}`);
  const ids = items.map((item): unknown =>
    typeof item === "object" && item !== null && "id" in item ? item.id : undefined,
  );
  for (const [index, id] of ids.entries()) {
    if (id !== undefined && ids.indexOf(id) < index) {
      reader.report(["rules", index, "id"], `rule ${shown(id)} is declared twice`, "give each rule its own name");
    }
  }
  return items.flatMap((item, index) => readRule(reader, ["rules", index], item, vocabulary, routes) ?? []);
}
