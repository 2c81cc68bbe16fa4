import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import type { ModelCallAnswer, ModelCall } from "../../domain/model-call.ts";
import { answerOf, createModelTurnRows } from "./model-turn-rows.ts";

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

/** Renewals within one lease: one that is lost or late loses nothing. */
const RENEWALS_PER_LEASE = 3;

/**
 * The model ledger on PostgreSQL for a model that costs: reads a stored answer through, or claims the call, makes it and
 * stores the answer. The claim is a lease of `leaseMs`, renewed while the attempt that asks lives: a second one never asks while the
 * first may still be answered, and takes over from one that died once the lease lapses.
 */
export function createModelLedger(
  pool: Pool,
  { leaseMs, calls = createTurnCalls() }: { readonly leaseMs: number; readonly calls?: CollectedCalls },
): ModelTurns & TurnCalls {
  const rows = createModelTurnRows(pool, leaseMs);

  /** Asks, and holds the lease meanwhile. A renewal that fails is not the call's fault: the next one may come in time. */
  async function held(call: ModelCall, holder: string, ask: () => Promise<ModelCallAnswer>): Promise<ModelCallAnswer> {
    const beat = setInterval(() => void rows.renew(call, holder).catch(() => undefined), leaseMs / RENEWALS_PER_LEASE);
    try {
      return await ask();
    } catch (error) {
      await rows.release(call, holder);
      throw error;
    } finally {
      clearInterval(beat);
    }
  }

  return {
    async readThrough(call, ask) {
      const holder = randomUUID();
      const claimed = await rows.claim(call, holder);
      if (claimed.state === "held") throw new TurnInProgress(call.turnKey, claimed.wait_ms);
      const answer =
        claimed.state === "done" ? answerOf(claimed) : await rows.store(call, await held(call, holder, ask));
      calls.add(call, answer);
      return answer.response;
    },
    take: (turnKey) => calls.take(turnKey),
  };
}

/** A model call with its answer, for the record of its turn. */
export type KeptCall = Pick<ModelCall, "requestDigest" | "request" | "model" | "offline"> & ModelCallAnswer;

/** The calls of turns under way, until each turn's record is made. */
export type TurnCalls = {
  /** Hands out what a turn asked, in order; whoever takes it records it. */
  take(turnKey: string): readonly KeptCall[];
};

type CollectedCalls = TurnCalls & { add(call: ModelCall, answer: ModelCallAnswer): void };

/** Calls of several models' ledgers may be collected together: a turn that one model gave up is told with what it had asked. */
export function createTurnCalls(): CollectedCalls {
  const waiting = new Map<string, readonly KeptCall[]>();
  return {
    add({ turnKey, seq, requestDigest, model, offline, request }, { response, usage }) {
      const earlier = waiting.get(turnKey) ?? [];
      // A model that begins the turn anew, because an attempt failed before its output was kept.
      const others = seq === 0 ? earlier.filter((call) => call.model !== model) : earlier;
      waiting.set(turnKey, [...others, { requestDigest, request, response, usage, model, offline }]);
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
export function createFreeModelLedger(calls: CollectedCalls = createTurnCalls()): ModelTurns & TurnCalls {
  return {
    async readThrough(call, ask) {
      const answer = await ask();
      calls.add(call, answer);
      return answer.response;
    },
    take: (turnKey) => calls.take(turnKey),
  };
}

/** One ledger for turns that may go from a model that costs to one that does not. */
export function createMixedModelLedger(pool: Pool, { leaseMs }: { readonly leaseMs: number }): ModelTurns & TurnCalls {
  const calls = createTurnCalls();
  const [paid, free] = [createModelLedger(pool, { leaseMs, calls }), createFreeModelLedger(calls)];
  return {
    readThrough: (call, ask) => (call.offline ? free : paid).readThrough(call, ask),
    take: (turnKey) => calls.take(turnKey),
  };
}
