import type { TransactionVault } from "../../audit/vault.ts";
import { givenCrmObject, quoteDeskSays } from "../fixtures/programme.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import { startSystem, type System } from "../setup/system.ts";
import { givenPartners, partnerOf } from "./partners.ts";
import { compare, throughput, type Comparison } from "./ratio.ts";

type Engines = { readonly postgresUrl: string; readonly temporalAddress: string };

const ROUNDS = 9;
const CASES = 80;
const WIDTH = 16;

/** Governed quotes that are recorded, against the same ones of which nothing is recorded: 1 − ratio is the audit's share. */
export async function auditShare(engines: Engines): Promise<Comparison> {
  const recorded = await startSystem({ engines });
  const unrecorded = await startSystem({ engines });
  await recordNothing(unrecorded);
  try {
    const sides = await Promise.all([recorded, unrecorded].map((system) => sideOf(system)));
    const [ours, bare] = sides;
    if (ours === undefined || bare === undefined) throw new Error("two sides are compared");
    const result = await compare(
      "audit's share of a governed quote",
      "cases/s",
      () => ours.run(),
      () => bare.run(),
      ROUNDS,
    );
    for (const side of sides) await side.verify();
    const { rows } = await recorded.pool.query<{ n: number }>(
      "select count(distinct case_id)::int as n from audit_record where kind = 'case_end'",
    );
    if (rows[0]?.n !== ours.asked()) throw new Error(`${rows[0]?.n} cases are recorded of ${ours.asked()}`);
    return result;
  } finally {
    await recorded.stop();
    await unrecorded.stop();
  }
}

/** Appending does nothing and nothing is sealed: what is left is the same case without its audit. */
async function recordNothing({ pool, database }: System): Promise<void> {
  await database.pool.query(`
    alter table decision drop constraint decision_is_recorded;
    alter table approval drop constraint approval_is_recorded;
    alter table effect drop constraint effect_is_recorded;
    create or replace function append_record(p_company text, p_case text, p_kind text, p_key text, p_parts text)
    returns bigint language sql as $$ select 1::bigint $$;
    create or replace function append_records(p_company text, p_drafts jsonb)
    returns bigint[] language sql as $$ select '{}'::bigint[] $$`);
  const key = { subjectId: "sub", seal: () => Buffer.alloc(0), open: () => "", salt: () => "" };
  const vault: TransactionVault = {
    keysOf: (_sql, _company, names) => Promise.resolve(names.map(() => key)),
    knows: () => true,
    blind: (_company, text) => text,
    unwrap: () => key,
    opens: () => true,
    forTransaction: () => vault,
    committed: () => undefined,
  };
  Object.assign(pool, { vault });
}

async function sideOf(system: System) {
  await givenPartners(system.pool, system.company);
  let asked = 0;
  return {
    asked: () => asked,
    async run() {
      const first = asked;
      asked += CASES;
      await seed(system, first);
      return throughput(CASES, WIDTH, async (index) => {
        const caseId = await system.arrive("quoting", `b${first + index}`);
        await system.client.workflow.getHandle(caseId).result();
      });
    },
    async verify() {
      const { approvals } = await quoteDeskSays(system.pool, system.company);
      if (approvals.length !== asked) throw new Error(`${approvals.length} effects for ${asked} quotes`);
    },
  };
}

async function seed(system: System, first: number): Promise<void> {
  await Promise.all(
    Array.from({ length: CASES }, (_, index) => first + index).map((n) => {
      const record = quoteAtDiscount(120_000, {
        quote_id: `Q-b${n}`,
        quote_requested_by: "sam",
        partner_id: partnerOf(n),
      });
      return givenCrmObject(system.pool, system.company, "deal", `b${n}`, record as Record<string, string>);
    }),
  );
}
