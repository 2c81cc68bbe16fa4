import type { JsonObject } from "../../domain/json.ts";
import { contractRecord, RENEWAL_AT, renewalReadings } from "../renewals/fixture.ts";
import { renewals } from "../renewals/function.ts";
import { message, messageArgs } from "./message.ts";

/** The facts of an offer to renew, as code fills it. */
export function messageFacts(): JsonObject {
  const evidence = renewalReadings(contractRecord());
  const args = messageArgs(renewals, "offer", evidence, "2026-06-04");
  if (typeof args === "string") throw new Error(args);
  return message.facts({ evidence, action: { tool: message.tool, args }, at: RENEWAL_AT });
}
