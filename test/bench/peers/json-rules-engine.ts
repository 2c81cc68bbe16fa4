import { Engine } from "json-rules-engine";
import type { TopLevelCondition } from "json-rules-engine";
import { matchingRules } from "../../../guardrails/engine.ts";
import type { Peer } from "./peer.ts";

/** One engine for all requests, one run at a time: quicker than an engine per decision, and unsafe beside another run. */
export const jsonRulesEngine: Peer = {
  name: "json-rules-engine",
  ruleBudget: 100_000,
  prepare({ rules }) {
    const engine = new Engine(
      rules.map(({ id, effect, when }) => ({
        name: id,
        conditions: { all: [when] } as TopLevelCondition,
        event: { type: effect },
      })),
    );
    return async (known) => (await engine.run(known)).results.map(({ name }) => name);
  },
};

/** As live decisions ask it: an engine per decision. */
export const jsonRulesEngineAfresh: Peer = {
  name: "json-rules-engine, an engine per decision",
  ruleBudget: 100_000,
  prepare:
    ({ rules }) =>
    async (known) => [...(await matchingRules(rules, known, []))],
};
