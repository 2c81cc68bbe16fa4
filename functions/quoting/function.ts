import type { FunctionDefinition } from "../definition.ts";
import { agent } from "./agent.ts";
import { approveDiscount, quoteFields } from "./approve-discount.ts";
import { revokeApproval } from "./revoke-approval.ts";

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
} as const satisfies FunctionDefinition;
