import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import { aliasesIn, matchKeys } from "../../domain/customer/match-keys.ts";
import type { Receipt } from "../../domain/permit.ts";
import { ToolError } from "../tool-error.ts";
import { unavailable } from "../unavailable.ts";
import type { DealRegistered, ProgrammeReader, ProgrammeWriter } from "./port.ts";

const iso = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const RECEIPT = `registration_id as "externalRef", ${iso("registered_at")} as "answeredAt"`;

function createReader(pool: Pool, now: () => string): ProgrammeReader {
  return {
    async readPartner(company, partnerId) {
      const { rows } = await pool
        .query<{ version: number; value: JsonObject }>({
          name: "programme-partner",
          text: `select version,
                   jsonb_build_object('partnerId', partner_id, 'name', name, 'tier', tier, 'standing', standing,
                     'authorisedFor', authorised_for, 'certifiedFor', certified_for) as value
                 from programme.partner where company = $1 and partner_id = $2`,
          values: [company, partnerId],
        })
        .catch(unavailable("programme"));
      const row = rows[0];
      if (row === undefined) return undefined;
      const ref = `partner/${partnerId}`;
      const source = { source: "programme.partner", ref, version: String(row.version), observedAt: now() };
      return { source, value: row.value };
    },

    async readRegistrationId(company, registrationId) {
      const { rows } = await pool
        .query<{ heldBy: string[] }>({
          name: "programme-registration-id",
          text: `select coalesce(jsonb_agg(object_id order by object_id), '[]') as "heldBy"
                 from programme.registration where company = $1 and registration_id = $2`,
          values: [company, registrationId],
        })
        .catch(unavailable("programme"));
      const heldBy = rows[0]?.heldBy ?? [];
      const ref = `registration/${registrationId}`;
      const source = { source: "programme.registration-id", ref, version: String(heldBy.length), observedAt: now() };
      return { source, value: { heldBy } };
    },
  };
}

function createWriter(pool: Pool, now: () => string): ProgrammeWriter {
  async function findRegistration(company: string, effectKey: string): Promise<Receipt | undefined> {
    const { rows } = await pool
      .query<Receipt>({
        name: "programme-find-registration",
        text: `select ${RECEIPT} from programme.registration where company = $1 and effect_key = $2`,
        values: [company, effectKey],
      })
      .catch(unavailable("programme"));
    return rows[0];
  }

  return {
    findRegistration,
    async registerDeal(permit, deal) {
      const { rows } = await pool
        .query<{ registered: boolean }>({
          name: "programme-register",
          text: "select programme.register_deal($1, $2, $3, $4, $5, $6) as registered",
          values: [permit.company, permit.effectKey, permit.decidedAt, now(), JSON.stringify(deal), keysOf(deal)],
        })
        .catch(unavailable("programme"));
      if (rows[0]?.registered !== true) {
        const what = `\`${deal.customerDomain}\`, or a customer near to it, and \`${deal.productFamily}\``;
        throw new ToolError("TARGET_MOVED_ON", `${what} were registered after the decision`);
      }
      const kept = await pool
        .query<Receipt & { isAsked: boolean }>({
          name: "programme-registered",
          text: `select ${RECEIPT}, jsonb_strip_nulls(jsonb_build_object('objectId', object_id, 'registrationId', registration_id,
                    'partnerId', partner_id, 'role', role, 'customerDomain', customer_domain,
                    'customerName', nullif(customer_name, ''),
                    'customerAliases', nullif(customer_aliases, ''),
                    'productFamily', product_family, 'valueMinor', value_minor, 'currency', currency,
                    'protectionDays', (extract(epoch from expires_at - registered_at) / 86400)::int)) = $3 as "isAsked"
           from programme.registration where company = $1 and effect_key = $2`,
          values: [permit.company, permit.effectKey, JSON.stringify(deal)],
        })
        .catch(unavailable("programme"));
      const [receipt] = kept.rows;
      if (receipt === undefined) {
        throw new ToolError("TARGET_REFUSED", `registration \`${deal.registrationId}\` exists under another key`);
      }
      const { externalRef, answeredAt, isAsked } = receipt;
      if (!isAsked) throw new ToolError("TARGET_KEY_REUSED", `key used for another deal than \`${externalRef}\``);
      return { externalRef, answeredAt };
    },
  };
}

/** What the deal's customer is found by later. */
function keysOf({ customerDomain: domain, customerName: name, customerAliases: aliases }: DealRegistered): string[] {
  return matchKeys({ domain, name, aliases: aliasesIn(aliases) }).map(({ key }) => key);
}

/**
 * The programme's own records on PostgreSQL, written through a permit and idempotent by effect key. `now`: the company's
 * clock, by which protections begin and end.
 */
export function createProgramme(pool: Pool, now: () => string): ProgrammeReader & ProgrammeWriter {
  return { ...createReader(pool, now), ...createWriter(pool, now) };
}
