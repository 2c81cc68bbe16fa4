import type { JsonObject } from "../../domain/json.ts";
import { obligations } from "../../domain/obligations.ts";
import { anyVerdict, sentence, slug, some, strict } from "./literals.ts";

const WHEN = "when it holds: one comparison, or `all`, `any` or `not` of conditions";

const verdictWords: { readonly [verdict: string]: string } = {
  execute: "it is done without asking anyone",
  escalate: "people are asked first",
  block: "it is not done, whoever would approve it",
};

/** Only a rule that asks takes a route. */
export function ruleOf(condition: JsonObject): JsonObject {
  const reason = {
    ...sentence,
    description: "a sentence for people; `{name}` cites a fact or a parameter that `when` reads",
    examples: ["Discount {effectiveDiscount} is over {auto_max}"],
  };
  const letter = { ...sentence, description: "why, as the partner may read it: no figures, no `{name}`" };
  const mend = { ...sentence, description: "what the partner could do so that it passes: no figures, no `{name}`" };
  const id = { ...slug, description: "shown in every decision the rule takes part in" };
  const route = { ...slug, description: "who answers; else the default route" };
  const about = "of all matching rules the strictest decides: block, escalate, execute";
  const state = { enum: ["candidate", "active"], description: "a candidate is watched and changes no decision" };
  const known = Object.entries(obligations).map(([name, { title }]) => ({ const: name, description: title }));
  const owed = { ...some({ anyOf: known }, "what is owed when the rule decides"), uniqueItems: true };
  const rule = (effects: readonly string[], more: JsonObject) =>
    strict(
      {
        id,
        effect: { enum: effects, description: about, enumDescriptions: effects.map((one) => verdictWords[one] ?? one) },
        when: { ...condition, description: WHEN },
        reason,
        letter,
        mend,
        ...more,
        state,
        obligations: owed,
      },
      ["id", "effect", "when", "reason"],
    );
  return { anyOf: [rule(["escalate"], { route }), rule(["execute", "block"], {})] };
}

/** What must hold of every request. */
export function invariantOf(condition: JsonObject): JsonObject {
  const id = { ...slug, description: "shown by `mandate policy prove`" };
  const claims = { never: "the verdict that no such request gets", always: "the verdict that each such request gets" };
  const invariant = (word: keyof typeof claims) =>
    strict({ id, [word]: { ...anyVerdict, description: claims[word] }, when: { ...condition, description: WHEN } }, [
      "id",
      word,
      "when",
    ]);
  return { anyOf: [invariant("never"), invariant("always")] };
}
