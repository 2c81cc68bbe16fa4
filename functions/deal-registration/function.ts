import type { JsonObject } from "../../domain/json.ts";
import type { FunctionDefinition } from "../definition.ts";
import { agent } from "./agent.ts";
import { protectionEnded } from "./protection-ended.ts";
import { registerDeal } from "./register-deal.ts";
import { releaseRegistration } from "./release-registration.ts";
import { LETTER, letterOfReasons } from "../shared/letter.ts";
import { readRegistration, registrationFields } from "./registration.ts";

const requestName = ({ registrationId }: JsonObject) =>
  typeof registrationId === "string" ? `to register a deal as ${registrationId}` : undefined;
const registrationLetter = letterOfReasons(
  (record) => ({ registrationId: readRegistration(record).registration_id ?? null }),
  requestName,
);

/** F3 Deal registration: a partner claims a customer and product family first. */
export const dealRegistration = {
  id: "deal-registration",
  code: "F3",
  title: "Deal registration",
  cells: [{ pillar: "process", zone: "partner" }],
  triggers: [{ kind: "record", system: "crm", type: "registration", on: { kind: "created" } }, { kind: "asked" }],
  subject: { system: "crm", type: "registration", fields: registrationFields },
  actions: [registerDeal, releaseRegistration],
  agent,
  messages: { "protection-ended": protectionEnded, [LETTER]: registrationLetter },
  requestName,
  waiting: "protection-ended",
} as const satisfies FunctionDefinition;
