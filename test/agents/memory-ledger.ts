import type { ModelLedger } from "../../agents/middleware/model-ledger.ts";
import type { ModelCall } from "../../domain/model-call.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import type { JsonObject } from "../../domain/json.ts";

/** A model ledger without a database. `calls` are those that reached a model. */
export function memoryLedger(): ModelLedger & { readonly calls: readonly ModelCall[] } {
  const answers = new Map<string, JsonObject>();
  const calls: ModelCall[] = [];
  return {
    calls,
    async readThrough(key, call) {
      canonicalJson(key.request);
      const name = [key.company, key.turnKey, key.seq, key.requestDigest].join(" ");
      const stored = answers.get(name);
      if (stored !== undefined) return stored;
      calls.push(key);
      const { response } = await call();
      const kept = JSON.parse(JSON.stringify(response)) as JsonObject;
      answers.set(name, kept);
      return kept;
    },
  };
}
