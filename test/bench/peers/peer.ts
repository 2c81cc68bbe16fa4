import type { Policy } from "../../../guardrails/policy.ts";
import type { Known } from "../../../guardrails/ternary.ts";

/** The ids of all rules that match one request, in any order. Every fact is known. */
export type Ask = (known: Known) => readonly string[] | Promise<readonly string[]>;

/** Another way to find the rules that match, driven in the quickest form its package offers. */
export type Peer = {
  readonly name: string;
  /** Whatever can be done before the first request. The rules compare with constants: no parameters, no patterns. */
  readonly prepare: (policy: Policy) => Ask;
  /** Rules that it is asked to test when its answers are compared: bounds the requests of a slow one. */
  readonly ruleBudget: number;
};
