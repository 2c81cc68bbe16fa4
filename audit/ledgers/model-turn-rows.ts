import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import type { ModelCall, ModelCallAnswer } from "../../domain/model-call.ts";
import { canonicalJson } from "../canonical-json.ts";

type Claim =
  | { state: "done"; response: string; input_tokens: number; output_tokens: number }
  | { state: "claimed" }
  | { state: "held"; wait_ms: number };

type Kept = { readonly response: string; readonly input_tokens: number; readonly output_tokens: number };

/** A call that was answered has all of it. */
function isKept(row: { readonly [K in keyof Kept]: Kept[K] | null }): row is Kept {
  return row.response !== null && row.input_tokens !== null && row.output_tokens !== null;
}

export function answerOf({ response, input_tokens, output_tokens }: Kept): ModelCallAnswer {
  const usage = { inputTokens: input_tokens, outputTokens: output_tokens };
  return { response: JSON.parse(response) as JsonObject, usage };
}

/** The primary key of a call, as every statement here takes it. */
function keyOf({ company, turnKey, seq, requestDigest }: ModelCall) {
  return [company, turnKey, seq, requestDigest] as const;
}

async function claim(pool: Pool, call: ModelCall, holder: string, leaseMs: number): Promise<Claim> {
  const { caseId, model, offline, request } = call;
  const { rows } = await pool.query<Claim>({
    name: "claim-model-turn",
    text: `select claimed.state, claimed.response, claimed.wait_ms, known.input_tokens, known.output_tokens
           from claim_model_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as claimed
           left join model_turn known on known.company = $1 and known.turn_key = $2 and known.seq = $3
             and known.request_digest = $4`,
    values: [...keyOf(call), caseId, model, offline, canonicalJson(request), holder, leaseMs],
  });
  const answer = rows[0];
  if (answer === undefined) throw new Error(`no claim for model turn \`${call.turnKey}\``);
  return answer;
}

/** The rows of `model_turn`: one per call, claimed by a holder for `leaseMs` at a time. */
export function createModelTurnRows(pool: Pool, leaseMs: number) {
  async function renew(call: ModelCall, holder: string): Promise<void> {
    await pool.query({
      name: "renew-model-call",
      text: `update model_turn set lease_until = clock_timestamp() + make_interval(secs => $6::int / 1000.0)
       where company = $1 and turn_key = $2 and seq = $3 and request_digest = $4 and holder = $5 and state = 'pending'`,
      values: [...keyOf(call), holder, leaseMs],
    });
  }

  async function release(call: ModelCall, holder: string): Promise<void> {
    await pool.query({
      name: "release-model-call",
      text: `update model_turn set lease_until = clock_timestamp()
       where company = $1 and turn_key = $2 and seq = $3 and request_digest = $4 and holder = $5 and state = 'pending'`,
      values: [...keyOf(call), holder],
    });
  }

  /** Keeps an answer; where another attempt came first, its answer is the one that there is. */
  async function store(call: ModelCall, answer: ModelCallAnswer): Promise<ModelCallAnswer> {
    const { response, usage } = answer;
    const { rowCount } = await pool.query({
      name: "store-model-answer",
      text: `update model_turn set state = 'done', response = $5, input_tokens = $6, output_tokens = $7
       where company = $1 and turn_key = $2 and seq = $3 and request_digest = $4 and state = 'pending'`,
      values: [...keyOf(call), JSON.stringify(response), usage.inputTokens, usage.outputTokens],
    });
    return rowCount === 0 ? await stored(call) : answer;
  }

  async function stored(call: ModelCall): Promise<ModelCallAnswer> {
    const { rows } = await pool.query<{ [K in keyof Kept]: Kept[K] | null }>({
      name: "read-model-answer",
      text: `select response, input_tokens, output_tokens from model_turn
       where company = $1 and turn_key = $2 and seq = $3 and request_digest = $4 and state = 'done'`,
      values: [...keyOf(call)],
    });
    const kept = rows[0];
    if (kept === undefined || !isKept(kept)) throw new Error(`no answer of model turn \`${call.turnKey}\` is kept`);
    return answerOf(kept);
  }

  return { claim: (call: ModelCall, holder: string) => claim(pool, call, holder, leaseMs), renew, release, store };
}
