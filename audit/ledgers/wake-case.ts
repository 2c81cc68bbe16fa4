import type { JsonObject } from "../../domain/json.ts";
import type { Ledger } from "../records.ts";

type Woken = {
  readonly company: string;
  readonly topic: "agreement" | "reply" | "question" | "verdict";
  /** Names what came, within its topic. */
  readonly key: string;
  readonly payload: JsonObject & { readonly caseId: string };
};

/** The row that wakes a case once the transaction is committed. `once`: one that stands already is left as it is. */
export async function wakeCase(ledger: Ledger, { company, topic, key, payload }: Woken, once = false): Promise<void> {
  await ledger.query({
    name: once ? "wake-case-once" : "wake-case",
    text: `insert into outbox (company, topic, key, payload) values ($1, $2, $3, $4)
           ${once ? "on conflict do nothing" : ""}`,
    values: [company, topic, key, JSON.stringify(payload)],
  });
}
