import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import { unavailable } from "../unavailable.ts";
import type { ProgrammeReader, ProgrammeWriter } from "./port.ts";
import { registrationReader, registrations, releases } from "./registrations.ts";

function createReader(pool: Pool, now: () => string): Pick<ProgrammeReader, "readPartner"> {
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
  };
}

/**
 * The programme's own records on PostgreSQL, written through a permit and idempotent by effect key. `now`: the company's
 * clock, by which protections begin and end.
 */
export function createProgramme(pool: Pool, now: () => string): ProgrammeReader & ProgrammeWriter {
  return {
    ...createReader(pool, now),
    ...registrationReader(pool, now),
    ...registrations(pool, now),
    ...releases(pool, now),
  };
}
