import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import type { ModelCallAnswer, ModelCall } from "../../domain/model-call.ts";
import { canonicalJson } from "../canonical-json.ts";

type ModelTurns = {
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

type Claim =
  | { state: "done"; response: string; input_tokens: number; output_tokens: number }
  | { state: "claimed" }
  | { state: "held"; wait_ms: number };

async function claim(pool: Pool, call: ModelCall, leaseSeconds: number): Promise<Claim> {
  const { company, caseId, turnKey, seq, requestDigest, model, offline, request } = call;
  const { rows } = await pool.query<Claim>({
    name: "claim-model-turn",
    text: `select claimed.state, claimed.response, claimed.wait_ms, known.input_tokens, known.output_tokens
           from claim_model_turn($1, $2, $3, $4, $5, $6, $7, $8, $9) as claimed
           left join model_turn known on known.company = $1 and known.turn_key = $2 and known.seq = $3
             and known.request_digest = $4`,
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
export function createModelLedger(pool: Pool, { leaseSeconds }: { leaseSeconds: number }): ModelTurns & TurnCalls {
  const calls = collectCalls();

  async function release({ company, turnKey, seq, requestDigest }: ModelCall): Promise<void> {
    await pool.query({
      name: "release-model-call",
      text: `update model_turn set lease_until = clock_timestamp()
       where company = $1 and turn_key = $2 and seq = $3 and request_digest = $4 and state = 'pending'`,
      values: [company, turnKey, seq, requestDigest],
    });
  }

  async function store(call: ModelCall, { response, usage }: ModelCallAnswer): Promise<void> {
    const { company, turnKey, seq, requestDigest } = call;
    await pool.query({
      name: "store-model-answer",
      text: `update model_turn set state = 'done', response = $5, input_tokens = $6, output_tokens = $7
       where company = $1 and turn_key = $2 and seq = $3 and request_digest = $4 and state = 'pending'`,
      values: [company, turnKey, seq, requestDigest, JSON.stringify(response), usage.inputTokens, usage.outputTokens],
    });
  }

  return {
    async readThrough(call, ask) {
      const claimed = await claim(pool, call, leaseSeconds);
      if (claimed.state === "done") {
        const response = JSON.parse(claimed.response) as JsonObject;
        const usage = { inputTokens: claimed.input_tokens, outputTokens: claimed.output_tokens };
        calls.add(call, { response, usage });
        return response;
      }
      if (claimed.state === "held") throw new TurnInProgress(call.turnKey, claimed.wait_ms);
      try {
        const answer = await ask();
        await store(call, answer);
        calls.add(call, answer);
        return answer.response;
      } catch (error) {
        await release(call);
        throw error;
      }
    },
    take: (turnKey) => calls.take(turnKey),
  };
}

/** A model call with its answer, for the record of its turn. */
export type KeptCall = Pick<ModelCall, "requestDigest" | "request"> & ModelCallAnswer;

/** The calls of turns under way, until each turn's record is made. */
export type TurnCalls = {
  /** Hands out what a turn asked, in order; whoever takes it records it. */
  take(turnKey: string): readonly KeptCall[];
};

function collectCalls(): TurnCalls & { add(call: ModelCall, answer: ModelCallAnswer): void } {
  const waiting = new Map<string, readonly KeptCall[]>();
  return {
    add({ turnKey, seq, requestDigest, request }, { response, usage }) {
      // An attempt that failed before its output was kept begins anew.
      const earlier = seq === 0 ? [] : (waiting.get(turnKey) ?? []);
      waiting.set(turnKey, [...earlier, { requestDigest, request, response, usage }]);
    },
    take(turnKey) {
      const calls = waiting.get(turnKey) ?? [];
      waiting.delete(turnKey);
      return calls;
    },
  };
}

/**
 * For a model that is free to ask and deterministic: nothing is paid twice and the same question has the same answer, so
 * its calls become durable with the turn's output. A turn that left nothing is asked again.
 */
export function createFreeModelLedger(): ModelTurns & TurnCalls {
  const calls = collectCalls();
  return {
    async readThrough(call, ask) {
      const answer = await ask();
      calls.add(call, answer);
      return answer.response;
    },
    take: (turnKey) => calls.take(turnKey),
  };
}
