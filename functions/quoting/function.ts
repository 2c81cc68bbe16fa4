import type { JsonObject } from "../../domain/json.ts";
import type { FunctionDefinition } from "../definition.ts";
import { agent } from "./agent.ts";
import { approveDiscount, quoteFields, readQuote } from "./approve-discount.ts";
import { LETTER, letterOfReasons } from "../shared/letter.ts";
import { revokeApproval } from "./revoke-approval.ts";

const requestName = ({ quoteId }: JsonObject) =>
  typeof quoteId === "string" ? `for a discount on quote ${quoteId}` : undefined;
const quoteLetter = letterOfReasons((record) => ({ quoteId: readQuote(record).quote_id ?? null }), requestName);

/** F5 Quoting: a discount is asked on a quote; the effective discount decides. */
export const quoting = {
  id: "quoting",
  code: "F5",
  title: "Quoting",
  cells: [{ pillar: "governance", zone: "joint" }],
  triggers: [
    {
      kind: "record",
      system: "crm",
      type: "deal",
      on: { kind: "changed", property: "quote_status", value: "approval_requested" },
    },
    { kind: "asked" },
  ],
  subject: { system: "crm", type: "deal", fields: quoteFields },
  actions: [approveDiscount, revokeApproval],
  agent,
  messages: { [LETTER]: quoteLetter },
  requestName,
} as const satisfies FunctionDefinition;
