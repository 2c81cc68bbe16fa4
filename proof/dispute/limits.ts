import { formatMinute } from "../../audit/story/duration.ts";
import type { LimitReading } from "../../domain/decision-details.ts";
import { showValue, type Shown } from "../../guardrails/fact-types.ts";
import type { Policy } from "../../guardrails/policy.ts";
import type { Ruling } from "./ruling.ts";

/** A limit as it stood when the decision was taken, in the unit of what it counts. */
export type LimitRow = {
  readonly id: string;
  /** What it counts, and for whom. */
  readonly counts: string;
  readonly window: string;
  readonly used: string;
  readonly reserved: string;
  readonly asked: string;
  readonly cap: string;
  readonly result: string;
};

export function limitsOf(ruling: Ruling): readonly LimitRow[] {
  const policy = ruling.kind === "read" ? ruling.policy : undefined;
  return (ruling.taken?.limits ?? []).map((reading) => limitRow(policy, reading));
}

function limitRow(policy: Policy | undefined, reading: LimitReading): LimitRow {
  const { id, window, used, reserved, asked, cap, admitted, warned } = reading;
  const limit = policy?.limits.find((one) => one.id === id);
  const unit: Shown = policy?.facts.find(({ name }) => name === limit?.sum) ?? { kind: "number" };
  const show = (value: number) => showValue(unit, value);
  const what = limit === undefined ? "not known" : (limit.sum ?? "requests");
  const per = limit === undefined || limit.per.length === 0 ? "" : ` per ${limit.per.join(" and ")}`;
  const others = limit?.shared === undefined ? "" : ", with every policy that shares it";
  return {
    id,
    counts: `${what}${per}${others}`,
    window: window === null ? "no window" : `${formatMinute(window.from)} to ${formatMinute(window.until)}`,
    used: show(used),
    reserved: show(reserved),
    asked: show(asked),
    cap: show(cap),
    result: admitted ? (warned ? "within, past its warning" : "within") : "over",
  };
}
