import { setFlagsFromString } from "node:v8";
import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import type { CedarValueJson } from "@cedar-policy/cedar-wasm/nodejs";
import { conditionText, type Dialect } from "./condition-text.ts";
import type { Peer } from "./peer.ts";

// V8 of Node 20 ends the process with "unreachable code" when it gives up optimised code inside an inlined call of wasm.
setFlagsFromString("--no-turbo-inline-js-wasm-calls");

const cedar: Dialect = {
  and: "&&",
  or: "||",
  not: "!",
  equal: "==",
  notEqual: "!=",
  fact: (name) => `context.${name}`,
  constant: (value) => JSON.stringify(value),
  holds: (several, value) => `${several}.contains(${value})`,
};

const principal = { type: "Agent", id: "agent" };
const action = { type: "Action", id: "decide" };
const resource = { type: "Deal", id: "deal" };

/** Every rule is a `permit`, whatever its effect, so that one call over parsed policies lists all that match. */
export const cedarWasm: Peer = {
  name: "cedar-wasm",
  ruleBudget: 1_000_000,
  prepare({ rules }) {
    const policies = rules.map(({ id, when }) => {
      return [id, `permit(principal, action, resource) when { ${conditionText(when, cedar)} };`] as const;
    });
    const preparsedPolicySetId = `rules-${rules.length}`;
    const parsed = preparsePolicySet(preparsedPolicySetId, { staticPolicies: Object.fromEntries(policies) });
    if (parsed.type === "failure") throw new Error(parsed.errors.map(({ message }) => message).join("\n"));
    return (known) => {
      const context = known as { [name: string]: CedarValueJson };
      const answer = statefulIsAuthorized({
        principal,
        action,
        resource,
        context,
        preparsedPolicySetId,
        entities: [],
        validateRequest: false,
      });
      if (answer.type === "failure") throw new Error(answer.errors.map(({ message }) => message).join("\n"));
      const { reason, errors } = answer.response.diagnostics;
      if (errors.length > 0) throw new Error(`cedar could not evaluate ${errors.length} rules`);
      return reason;
    };
  },
};
