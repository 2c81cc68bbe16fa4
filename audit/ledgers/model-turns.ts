import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import type { ModelCallAnswer, ModelCall } from "../../domain/model-call.ts";
import { canonicalJson } from "../canonical-json.ts";

type Ledger = {
  /** Throws `TurnInProgress` while another attempt holds the call's lease. What `ask` throws passes, nothing is stored. */
  readThrough(call: ModelCall, ask: () => Promise<ModelCallAnswer>): Promise<JsonObject>;
};

/** Another attempt holds the call's lease. Retry later: the answer will be there. */
export class TurnInProgress extends Error {
  /** Until the lease lapses, milliseconds. */
  readonly retryAfterMs: number;

  constructor(turnKey: string, retryAfterMs: number) {
    super(`model turn \`${turnKey}\` is in progress elsewhere`);
    this.name = "TurnInProgress";
    this.retryAfterMs = retryAfterMs;
  }
}

type Claim = { state: "done"; response: string } | { state: "claimed" } | { state: "held"; wait_ms: number };

async function claim(pool: Pool, call: ModelCall, leaseSeconds: number): Promise<Claim> {
  const { company, caseId, turnKey, seq, requestDigest, model, offline, request } = call;
  const { rows } = await pool.query<Claim>({
    name: "claim-model-turn",
    text: "select state, response, wait_ms from claim_model_turn($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    values: [company, turnKey, seq, requestDigest, caseId, model, offline, canonicalJson(request), leaseSeconds],
  });
  const answer = rows[0];
  if (answer === undefined) throw new Error(`no claim for model turn \`${turnKey}\``);
  return answer;
}

/**
 * The model ledger on PostgreSQL for a model that costs: reads a stored answer through, or claims the call, makes it and
 * stores the answer. `leaseSeconds` must be longer than a call may take: a second attempt never asks while the first may
 * still be answered.
 */
export function createModelLedger(pool: Pool, { leaseSeconds }: { leaseSeconds: number }): Ledger {
  async function release({ company, turnKey, seq, requestDigest }: ModelCall): Promise<void> {
    await pool.query(
      `update model_turn set lease_until = clock_timestamp()
       where company = $1 and turn_key = $2 and seq = $3 and request_digest = $4 and state = 'pending'`,
      [company, turnKey, seq, requestDigest],
    );
  }

  async function store(call: ModelCall, { response, usage }: ModelCallAnswer): Promise<void> {
    const { company, turnKey, seq, requestDigest } = call;
    await pool.query(
      `update model_turn set state = 'done', response = $5, input_tokens = $6, output_tokens = $7
       where company = $1 and turn_key = $2 and seq = $3 and request_digest = $4 and state = 'pending'`,
      [company, turnKey, seq, requestDigest, JSON.stringify(response), usage.inputTokens, usage.outputTokens],
    );
  }

  return {
    async readThrough(call, ask) {
      const claimed = await claim(pool, call, leaseSeconds);
      if (claimed.state === "done") return JSON.parse(claimed.response) as JsonObject;
      if (claimed.state === "held") throw new TurnInProgress(call.turnKey, claimed.wait_ms);
      try {
        const answer = await ask();
        await store(call, answer);
        return answer.response;
      } catch (error) {
        await release(call);
        throw error;
      }
    },
  };
}

/** The same for a model that is free to ask and deterministic: no lease, and the first answer kept is the answer. */
export function createFreeModelLedger(pool: Pool): Ledger {
  return {
    async readThrough(call, ask) {
      const { company, turnKey, seq, requestDigest, caseId, model, offline, request } = call;
      const { response, usage } = await ask();
      const names = [company, turnKey, seq, requestDigest, caseId, model, offline];
      const { rows } = await pool.query<{ response: string }>({
        name: "keep-model-turn",
        text: "select keep_model_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as response",
        values: [...names, canonicalJson(request), JSON.stringify(response), usage.inputTokens, usage.outputTokens],
      });
      const kept = rows[0]?.response;
      if (kept === undefined) throw new Error(`model turn \`${turnKey}\` was not kept`);
      return JSON.parse(kept) as JsonObject;
    },
  };
}
