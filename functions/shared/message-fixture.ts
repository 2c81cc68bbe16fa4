import type { BrandRules } from "../../domain/brand/rules.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { contractRecord, RENEWAL_AT, renewalReadings } from "../renewals/fixture.ts";
import { renewals } from "../renewals/function.ts";
import { POLICY_BRAND } from "./brand.ts";
import { message, messageArgs } from "./message.ts";

/** Brand rules that let out all but links. */
export const plainBrand: BrandRules = {
  languages: {
    allowed: ["en"],
    known: [{ code: "en", words: ["the", "a", "on", "is", "your", "we"] }],
    minWords: 100,
    sharePpm: 1,
    reason: "no language of ours",
    instead: "write English",
    over: "ask",
  },
  links: { hosts: [], reason: "not ours", lookAlike: "looks like ours", instead: "leave it out", over: "withhold" },
  hygiene: { refuse: [], reason: "hidden", over: "withhold" },
  evidence: [],
  propositions: [],
  claims: [],
  speech: [],
};

/** Brand rules as a text's decision reads them. */
export function brandReading(rules: BrandRules = plainBrand): Evidence {
  return { source: { source: POLICY_BRAND, ref: "message", version: "a1", observedAt: RENEWAL_AT }, value: rules };
}

/** The facts of an offer to renew, as code fills it. */
export function messageFacts(): JsonObject {
  const evidence = { ...renewalReadings(contractRecord()), [POLICY_BRAND]: brandReading() };
  const args = messageArgs(renewals, "offer", evidence, "2026-06-04");
  if (typeof args === "string") throw new Error(args);
  return message.facts({ evidence, action: { tool: message.tool, args }, at: RENEWAL_AT });
}
