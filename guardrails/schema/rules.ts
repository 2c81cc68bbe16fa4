import type { JsonObject } from "../../domain/json.ts";
import { obligations } from "../../domain/obligations.ts";
import { anyVerdict, sentence, slug, some, strict } from "./literals.ts";

const condition = { $ref: "#/$defs/condition" };

/** Only a rule that asks takes a route. */
export function ruleOf(): JsonObject {
  const reason = {
    ...sentence,
    description: "a sentence for people; `{name}` cites a fact or a parameter that `when` reads",
  };
  const id = { ...slug, description: "shown in every decision the rule takes part in" };
  const route = { ...slug, description: "who answers; else the default route" };
  const about = "of all matching rules the strictest decides: block, escalate, execute";
  const state = { enum: ["candidate", "active"], description: "a candidate is watched and changes no decision" };
  const known = Object.entries(obligations).map(([name, { title }]) => ({ const: name, description: title }));
  const owed = { ...some({ anyOf: known }, "what is owed when the rule decides"), uniqueItems: true };
  const rule = (effects: readonly string[], more: JsonObject) =>
    strict(
      { id, effect: { enum: effects, description: about }, when: condition, reason, ...more, state, obligations: owed },
      ["id", "effect", "when", "reason"],
    );
  return { anyOf: [rule(["escalate"], { route }), rule(["execute", "block"], {})] };
}

/** What must hold of every request. */
export function invariantOf(): JsonObject {
  const id = { ...slug, description: "shown by `mandate policy prove`" };
  const invariant = (word: string) => strict({ id, [word]: anyVerdict, when: condition }, ["id", word, "when"]);
  return { anyOf: [invariant("never"), invariant("always")] };
}
