import { compilePolicy } from "../../../guardrails/compile.ts";
import type { Peer } from "./peer.ts";

/** Ours. Unlike the others it also knows facts that are missing. */
export const compiled: Peer = {
  name: "compiled form",
  ruleBudget: Number.POSITIVE_INFINITY,
  prepare(policy) {
    const { match } = compilePolicy(policy);
    return (known) => match(known).matching;
  },
};
