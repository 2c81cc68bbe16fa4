import { z } from "zod";
import { dayAtUtc } from "../../domain/day.ts";
import type { Lookup } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Readings } from "../definition.ts";
import { readContract, type Contract } from "./contract.ts";
import { correlationsOf } from "./correlations.ts";
import { acceptanceIn, isWhole, noticeIn } from "./outcome.ts";

/** What came back to an offer, as the ledger of replies tells it. Absent while nobody answered. */
const ReplyReading = z.object({
  answer: z.string(),
  /** ISO 8601. */
  answeredAt: z.iso.datetime(),
  /** Where it is kept; may be empty, the ledger's own entry is then all there is. */
  evidence: z.string().max(500),
});

const LEDGER = "ledger.reply";

/** The answer to the offer of the term that runs. */
export function replyLookups(record: JsonObject): readonly Lookup[] {
  const { offer: correlation } = correlationsOf(readContract(record));
  return correlation === undefined ? [] : [{ tool: LEDGER, args: { correlation } }];
}

/** `unclear`: it is neither a yes nor a no, or cannot be read. */
export function answerIn(readings: Readings): "none" | "accepted" | "declined" | "unclear" {
  const reading = readings[LEDGER];
  if (reading === undefined) return "none";
  const reply = ReplyReading.safeParse(reading.value);
  const answer = reply.success ? reply.data.answer : undefined;
  return answer === "accepted" || answer === "declined" ? answer : "unclear";
}

/**
 * The contract with what was answered to its offer: a yes is an acceptance of that day, a no a notice. What the record proves
 * by itself stays as it is, so that a record that says the opposite is contradicted, never corrected.
 */
export function answered(contract: Contract, readings: Readings): Contract {
  const reply = ReplyReading.safeParse(readings[LEDGER]?.value);
  if (!reply.success) return contract;
  const { answeredAt, evidence } = reply.data;
  const day = dayAtUtc(answeredAt);
  switch (answerIn(readings)) {
    case "accepted": {
      if (isWhole(acceptanceIn(contract))) return contract;
      const kept = evidence === "" ? `reply ${correlationsOf(contract).offer ?? ""}`.trim() : evidence;
      return { ...contract, acceptance_evidence: kept, accepted_on: day };
    }
    case "declined": {
      if (isWhole(noticeIn(contract))) return contract;
      const { non_renewal_reason: reason } = contract;
      return { ...contract, non_renewal_reason: reason ?? "the offer was declined", notice_received_on: day };
    }
    case "none":
    case "unclear":
      return contract;
  }
}
