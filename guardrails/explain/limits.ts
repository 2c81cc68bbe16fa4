import type { LimitReading } from "../../domain/decision-details.ts";
import { typeNamed } from "../derived.ts";
import { showValue } from "../fact-types.ts";
import type { Shown } from "../fact-types.ts";
import type { Policy } from "../policy.ts";

/** A limit as it was read, in words beside the figures: `30.00 USD used, 5.00 USD reserved, … of 50.00 USD`. */
export type LimitTold = LimitReading & { readonly text: string };

export function limitsTold(policy: Policy, readings: readonly LimitReading[]): readonly LimitTold[] {
  return readings.map((reading) => {
    const { id, used, reserved, asked, cap, admitted, warned } = reading;
    const limit = policy.limits.find((one) => one.id === id);
    const unit: Shown = typeNamed(policy, limit?.sum) ?? { kind: "number" };
    const show = (value: number) => showValue(unit, value);
    const parts = `${show(used)} used, ${show(reserved)} reserved and ${show(asked)} asked`;
    const total = `${parts} come to ${show(used + reserved + asked)}`;
    const end = `${admitted ? "within" : "over"} ${show(cap)}${warned ? ", past the warning" : ""}`;
    const others = limit?.shared === undefined ? "" : ", with every policy that shares it";
    return { ...reading, text: `${total}, ${end}${others}` };
  });
}
