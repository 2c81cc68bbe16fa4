import { replayGuardrail, type Replayed } from "../../proof/replay/guardrail.ts";
import { policyNameOf, readCaseFile, type CaseFile } from "../../audit/case-file.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { objectAt, textAt } from "../../audit/story/loose.ts";
import { DIGEST } from "../fixtures/ledger.ts";

/** What became of the decisions that a database holds. `cannot` counts by reason; `differing` names each with what differs. */
export type Golden = {
  readonly replayed: number;
  readonly cannot: { readonly [why: string]: number };
  readonly differing: readonly string[];
};

/** Cases that are read at a time. */
const AT_ONCE = 8;

/** Replays every decision of a case file. Fixtures also write down decisions that nobody took: their action has one digest. */
export async function replayDecisionsIn({ records, policies }: CaseFile) {
  const decisions = records.filter(({ kind, body }) => kind === "decision" && textAt(body, "actionDigest") !== DIGEST);
  return Promise.all(
    decisions.map(async (record): Promise<{ decisionId: string; outcome: Replayed }> => {
      const policy = objectAt(record.body, "policy");
      const document = policies[policyNameOf(textAt(policy, "id"), textAt(policy, "version"))] ?? "{}";
      return { decisionId: record.key, outcome: await replayGuardrail(record, document, records) };
    }),
  );
}

/** Replays every decision that is recorded in a database, as the code stands now. */
export async function replayDecisionsOf(pool: LedgerPool): Promise<Golden> {
  const { rows } = await pool.query<{ company: string; case_id: string; taken: boolean; made_up: number }>(
    `select company, case_id, bool_or(action_digest <> $1) as taken, count(*) filter (where action_digest = $1)::int as made_up
     from decision group by company, case_id order by company, case_id`,
    [DIGEST],
  );
  const madeUp = rows.reduce((sum, row) => sum + row.made_up, 0);
  const cases = rows.filter(({ taken }) => taken);
  const cannot: { [why: string]: number } = madeUp === 0 ? {} : { "made up by hand": madeUp };
  const differing: string[] = [];
  let replayed = 0;
  for (let at = 0; at < cases.length; at += AT_ONCE) {
    const files = cases.slice(at, at + AT_ONCE).map(async ({ company, case_id }) => {
      const file = await readCaseFile(pool, company, case_id);
      return file === undefined ? [] : replayDecisionsIn(file);
    });
    for (const { decisionId, outcome } of (await Promise.all(files)).flat()) {
      if (outcome.kind === "cannot") cannot[outcome.why] = (cannot[outcome.why] ?? 0) + 1;
      else replayed += 1;
      if (outcome.kind === "differs") differing.push(`${decisionId}: ${outcome.what}`);
    }
  }
  return { replayed, cannot, differing };
}

/** Fails when another number of a database's decisions than `known` come out otherwise when they are taken again. */
export async function holdDecisions(pool: LedgerPool, known = 0): Promise<void> {
  const { differing } = await replayDecisionsOf(pool);
  if (differing.length === known) return;
  throw new Error(`${differing.length} decisions replay otherwise than they were taken:\n${differing.join("\n")}`);
}
