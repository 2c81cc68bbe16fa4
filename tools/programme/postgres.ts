import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import type { Receipt } from "../../domain/permit.ts";
import { ToolError } from "../tool-error.ts";
import { unavailable } from "../unavailable.ts";
import { PROTECTION_DAYS, type ProgrammeReader, type ProgrammeWriter } from "./port.ts";

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

    async readOpenRegistrations(company, customerDomain, productFamily) {
      const at = now();
      const { rows } = await pool
        .query<{ registrations: JsonObject[] }>({
          name: "programme-open-registrations",
          text: `select coalesce(jsonb_agg(jsonb_build_object('registrationId', registration_id,
                   'partnerId', partner_id, 'role', role, 'expiresAt', ${iso("expires_at")}) order by registered_at), '[]') as registrations
                 from programme.registration where company = $1 and customer_domain = $2 and product_family = $3
                   and expires_at > $4`,
          values: [company, customerDomain, productFamily, at],
        })
        .catch(unavailable("programme"));
      const registrations = rows[0]?.registrations ?? [];
      const ref = `registrations/${customerDomain}/${productFamily}`;
      const version = String(registrations.length);
      const source = { source: "programme.open-registrations", ref, version, observedAt: at };
      return { source, value: { registrations } };
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
          values: [permit.company, permit.effectKey, permit.decidedAt, now(), PROTECTION_DAYS, JSON.stringify(deal)],
        })
        .catch(unavailable("programme"));
      if (rows[0]?.registered !== true) {
        const what = `\`${deal.customerDomain}\` and \`${deal.productFamily}\``;
        throw new ToolError("TARGET_MOVED_ON", `${what} were registered after the decision`);
      }
      const kept = await pool
        .query<Receipt & { isAsked: boolean }>({
          name: "programme-registered",
          text: `select ${RECEIPT}, jsonb_build_object('objectId', object_id, 'registrationId', registration_id, 'partnerId', partner_id,
                    'role', role, 'customerDomain', customer_domain, 'productFamily', product_family, 'valueMinor', value_minor,
                    'currency', currency) = $3 as "isAsked"
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

/**
 * The programme's own records on PostgreSQL, written through a permit and idempotent by effect key. `now`: the company's
 * clock, by which protections begin and end.
 */
export function createProgramme(pool: Pool, now: () => string): ProgrammeReader & ProgrammeWriter {
  return { ...createReader(pool, now), ...createWriter(pool, now) };
}
