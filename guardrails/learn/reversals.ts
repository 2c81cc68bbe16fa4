import type { Answered } from "../../domain/answered.ts";
import { askedIn, openingSign, type Lever } from "./lever.ts";

/** A request that passed, and a later one about the same object that asked for no more and that people rejected. */
export type Reversal = {
  readonly item: Answered;
  /** What the passed request asked, in the fact's unit. */
  readonly value: number;
  /** The later decision. */
  readonly rejected: string;
};

/** Every request that people took back in this way, as far as this lever's fact goes; the first rejection of each. */
export function reversalsOf(lever: Lever, history: readonly Answered[]): readonly Reversal[] {
  const sign = openingSign(lever);
  const rejections = new Map<string, Answered[]>();
  for (const item of history.filter(({ end }) => end === "rejected")) {
    rejections.set(item.caseId, [...(rejections.get(item.caseId) ?? []), item]);
  }
  return history.flatMap((item) => {
    const value = askedIn(lever, item);
    if (value === undefined || (item.end !== "approved" && item.end !== "executed")) return [];
    const later = (rejections.get(item.caseId) ?? []).find((other) => {
      const asked = askedIn(lever, other);
      return other.at > item.at && asked !== undefined && (asked - value) * sign <= 0;
    });
    return later === undefined ? [] : [{ item, value, rejected: later.decisionId }];
  });
}
