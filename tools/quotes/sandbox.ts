import type { Pool } from "pg";
import type { Receipt } from "../../domain/permit.ts";
import { ToolError } from "../tool-error.ts";
import { unavailable } from "../unavailable.ts";
import type { QuoteDesk } from "./port.ts";

/** The embedded quote desk: its own rows, its own idempotency by the caller's key, its own record of every call. */
export function createSandboxQuoteDesk(pool: Pool): QuoteDesk {
  return {
    async approveDiscount(permit, approval) {
      const { rows } = await pool
        .query<{ answer: Receipt | null; outcome: "done" | "key-reused" }>({
          name: "sandbox-quotes-approve",
          text: "select answer, outcome from sandbox_quotes.approve_discount($1, $2, $3)",
          values: [permit.company, permit.effectKey, JSON.stringify(approval)],
        })
        .catch(unavailable("sandbox quote desk"));
      const answer = rows[0]?.answer;
      if (answer === undefined || answer === null) {
        throw new ToolError("TARGET_KEY_REUSED", `key used for another discount than quote \`${approval.quoteId}\``);
      }
      return answer;
    },

    async findApproval(company, effectKey) {
      const { rows } = await pool
        .query<{ answer: Receipt }>(
          `select jsonb_build_object('externalRef', approval_ref, 'answeredAt',
                  to_char(approved_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as answer
           from sandbox_quotes.approved_discount where company = $1 and idempotency_key = $2`,
          [company, effectKey],
        )
        .catch(unavailable("sandbox quote desk"));
      return rows[0]?.answer;
    },
  };
}
