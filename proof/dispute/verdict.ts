import { objectAt, textAt } from "../../audit/story/loose.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { Check } from "./check.ts";
import { endOf, type Said } from "./end.ts";
import { goneWord, isGone } from "./gone.ts";
import { policyRefOf, type Ruling } from "./ruling.ts";
import type { DisputedStep } from "./step.ts";
import { wordsFor } from "./words.ts";

/** One decision of the step. */
export type GateRow = {
  readonly n: number;
  readonly at: string;
  readonly decisionId: string;
  readonly gate: string;
  readonly verdict: string;
  /** What came of it: a permit, an approval it rests on. */
  readonly rests: string;
  readonly disputed: boolean;
};

export type VerdictTold = {
  readonly n: number;
  readonly verdict: string;
  /** The reason as recorded; a fault in words. */
  readonly reason: string;
  /** The reason in the policy's own terms with values; empty when it cannot be read again. */
  readonly inTerms: string;
  /** How the step ended. */
  readonly end: readonly Said[];
  readonly policy: { readonly id: string; readonly version: string };
  /** In words, or that it is erased. */
  readonly mode: string;
  /** SHA-256 of the release in force, or in words why there is none. */
  readonly release: string;
  readonly gates: readonly GateRow[];
  /** Whether it comes out again from what is recorded. */
  readonly check: Check;
};

export function verdictOf(step: DisputedStep, ruling: Ruling, check: Check): VerdictTold {
  const { decision, gates } = step;
  const { body, n } = decision;
  const details = objectAt(body, "details");
  const lost = isGone(decision, "details") ? goneWord(decision) : undefined;
  return {
    n,
    verdict: textAt(body, "verdict"),
    reason: isGone(decision, "reason") ? `The reason is ${goneWord(decision)}` : reasonText(textAt(body, "reason")),
    inTerms: ruling.kind === "read" ? ruling.explanation.sentence : "",
    end: endOf(step),
    policy: policyRefOf(decision),
    mode: lost ?? modeText(textAt(details, "mode")),
    release: lost ?? (textAt(details, "release") || "none: policies were taken from files"),
    gates: gates.map((gate) => gateRow(gate, gate === decision)),
    check,
  };
}

const modeMeanings: { readonly [mode: string]: string } = {
  led: "agents act inside the policy",
  assisted: "people decide everything",
  shadow: "decisions are recorded, and nothing comes of them",
  off: "nothing is done",
};

/** `runtime_error:…: what happened` in words: a fault never executes, and people decide. */
function reasonText(reason: string): string {
  const fault = /^runtime_error:[a-z_]+(?:: (.+))?$/s.exec(reason);
  return fault === null ? reason : `A fault kept it from passing without people: ${fault[1] ?? reason}`;
}

function modeText(mode: string): string {
  const meaning = wordsFor(modeMeanings, mode);
  return meaning === undefined ? mode || "not known" : `${mode}: ${meaning}`;
}

function gateRow({ n, at, body }: AuditRecord, disputed: boolean): GateRow {
  const [approval, permit] = [textAt(body, "approvalId"), textAt(body, "permitId")];
  const rests = [
    ...(approval === "" ? [] : [`rests on approval ${approval}`]),
    ...(permit === "" ? [] : [`gave permit ${permit}`]),
  ];
  return {
    n,
    at,
    decisionId: textAt(body, "decisionId"),
    gate: textAt(body, "gate"),
    verdict: textAt(body, "verdict"),
    rests: rests.join("; ") || "gave no permit",
    disputed,
  };
}
