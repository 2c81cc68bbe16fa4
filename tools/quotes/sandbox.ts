import type { Pool } from "pg";
import { ApproveDiscountArgs } from "../../functions/quoting/approval-reading.ts";
import { RevokeApprovalArgs } from "../../functions/quoting/revoke-approval.ts";
import type { EffectTool } from "../effect-tool.ts";
import { sandboxRecords } from "../sandbox/records.ts";
import { sandboxTool } from "../sandbox/tool.ts";
import type { QuoteDeskReader } from "./port.ts";

const QUOTE = "quote";
const APPROVAL = "approve-discount";

/** The embedded quote desk: it keeps under each quote's id which approval was the last, and says so. */
export function createSandboxQuotes(pool: Pool, now: () => string): QuoteDeskReader {
  const records = sandboxRecords(pool, "quotes");
  return {
    async readApproval(company, quoteId) {
      const quote = await records.readRecord(company, QUOTE, quoteId);
      const source = { source: "quotes.approval", ref: `${QUOTE}/${quoteId}` };
      if (quote === undefined) {
        return { source: { ...source, version: "0", observedAt: now() }, value: { last: null } };
      }
      const { ref, asked = null, state } = quote.value;
      if (typeof ref !== "string") return { source: { ...quote.source, ...source }, value: { last: null } };
      const approval = await records.readRecord(company, APPROVAL, ref);
      const standing = state !== "revoked" && approval?.value["state"] !== "revoked";
      const version = `${quote.source.version}.${approval?.source.version ?? "0"}`;
      return { source: { ...quote.source, ...source, version }, value: { last: { approval: ref, standing, asked } } };
    },
  };
}

/** Approves a discount. One approval stands under a quote's id: it takes the place of the very one that is named, or nothing is done. */
export function approveDiscountTool(pool: Pool): EffectTool {
  return sandboxTool(pool, {
    system: "quotes",
    operation: "approve-discount",
    args: ApproveDiscountArgs,
    change: (args) => ({
      type: APPROVAL,
      set: args,
      standing: { type: QUOTE, id: args.quoteId, replaces: args.replaces },
    }),
  });
}

/** Revokes an approval. */
export function revokeApprovalTool(pool: Pool): EffectTool {
  return sandboxTool(pool, {
    system: "quotes",
    operation: "revoke-approval",
    args: RevokeApprovalArgs,
    change: ({ approval }) => ({ type: APPROVAL, id: approval, set: { state: "revoked" } }),
  });
}
