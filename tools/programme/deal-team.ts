import type { Pool } from "pg";
import { holdsAt, type DealTeamReading, type TeamMember } from "../../domain/deal-team.ts";
import type { Receipt } from "../../domain/permit.ts";
import { ToolError } from "../tool-error.ts";
import { unavailable } from "../unavailable.ts";
import type { DealTeamReader, DealTeamWriter } from "./deal-team-port.ts";
import { iso } from "../sql-instant.ts";

/**
 * Rows as they came to be in force: a partner's later row in a role ends the one before it. The CRM's partner sells until
 * a row of its own in that role begins, or anybody's that was ever in force.
 */
const TEAM = `
  with kept as (
    select row_id, partner_id, role, motion, from_at, credit_ppm,
      least(until_at, lead(recorded_at) over (partition by partner_id, role order by row_id)) as until_at
    from programme.deal_team where company = $1 and deal_id = $2
  ), selling as (
    select from_at from kept
    where role = 'sell' and (partner_id = $3 or until_at is null or until_at > from_at)
  ), seeded as (
    select 0 as row_id, $3::text as partner_id, 'sell' as role, 'resell' as motion, null::timestamptz as from_at,
      null::int as credit_ppm, (select min(from_at) from selling) as until_at
    where $3 <> '' and not exists (select 1 from selling where from_at <= $4)
  ), team as (select * from seeded union all select * from kept)
  select coalesce(p.version, 0) as "partnerVersion",
    jsonb_build_object('partnerId', t.partner_id, 'name', p.name, 'tier', p.tier,
      'standing', coalesce(p.standing, 'unknown'), 'authorisedFor', coalesce(p.authorised_for, '{}'),
      'certifiedFor', coalesce(p.certified_for, '{}'), 'role', t.role, 'motion', t.motion,
      'from', ${iso("t.from_at")}, 'until', ${iso("t.until_at")}, 'creditPpm', t.credit_ppm,
      'toldBy', case t.row_id when 0 then 'crm' else 'team' end) as member
  from team t
  left join lateral (
    select * from programme.partner x where x.company = $1 and x.partner_id = t.partner_id limit 1) p on true
  order by t.row_id`;

type Row = { readonly member: Omit<TeamMember, "holds">; readonly partnerVersion: number };
type Outcome = "done" | "key-reused" | "moved-on" | "over-credited";

function createReader(pool: Pool, now: () => string): DealTeamReader {
  return {
    async readDealTeam(company, dealId, crmPartner) {
      const at = now();
      const { rows } = await pool
        .query<Row>({ name: "programme-deal-team", text: TEAM, values: [company, dealId, crmPartner, at] })
        .catch(unavailable("programme"));
      const members = rows.map(({ member }): TeamMember => ({ ...member, holds: holdsAt(member, at) }));
      const value: DealTeamReading = { dealId, members };
      // Rows are only ever added, and a partner's version only ever grows: another team has another version.
      const version = `${rows.length}.${rows.reduce((sum, { partnerVersion }) => sum + partnerVersion, 0)}`;
      return { source: { source: "programme.deal-team", ref: `deal/${dealId}`, version, observedAt: at }, value };
    },
  };
}

function createWriter(pool: Pool, now: () => string): DealTeamWriter {
  async function findDealTeamChange(company: string, effectKey: string): Promise<Receipt | undefined> {
    const { rows } = await pool
      .query<Receipt>({
        name: "programme-find-deal-team-change",
        text: `select deal_id || '/' || role || '/' || partner_id || '@' || row_id as "externalRef",
           ${iso("recorded_at")} as "answeredAt"
         from programme.deal_team where company = $1 and effect_key = $2`,
        values: [company, effectKey],
      })
      .catch(unavailable("programme"));
    return rows[0];
  }

  return {
    findDealTeamChange,
    async changeDealTeam({ company, effectKey, decidedAt }, change) {
      const { rows } = await pool
        .query<{ outcome: Outcome }>({
          name: "programme-change-deal-team",
          text: "select programme.change_deal_team($1, $2, $3, $4, $5) as outcome",
          values: [company, effectKey, decidedAt, now(), JSON.stringify(change)],
        })
        .catch(unavailable("programme"));
      const receipt = await findDealTeamChange(company, effectKey);
      return receiptOf(rows[0]?.outcome, receipt, `the team of deal \`${change.dealId}\``);
    },
  };
}

function receiptOf(outcome: Outcome | undefined, receipt: Receipt | undefined, team: string): Receipt {
  switch (outcome) {
    case "done":
      if (receipt !== undefined) return receipt;
      break;
    case "moved-on":
      throw new ToolError("TARGET_MOVED_ON", `${team} was changed after the decision`);
    case "over-credited":
      throw new ToolError("TARGET_REFUSED", `the credits of ${team} would come to more than the whole`);
    case "key-reused":
      throw new ToolError("TARGET_KEY_REUSED", `the key was used for another change of ${team}`);
    case undefined:
  }
  throw new ToolError("TARGET_UNAVAILABLE", `${team} was not told to be changed`);
}

/**
 * Deals' teams on PostgreSQL: a row per change of a partner's part in a role, and none is ever written again. `now`: the
 * company's clock, by which rows begin and end.
 */
export function createDealTeams(pool: Pool, now: () => string): DealTeamReader & DealTeamWriter {
  return { ...createReader(pool, now), ...createWriter(pool, now) };
}
