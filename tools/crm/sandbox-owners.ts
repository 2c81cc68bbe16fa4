import type { Pool } from "pg";
import { unavailable } from "../unavailable.ts";
import { readOwner } from "./owner.ts";
import type { CrmOwners } from "./port.ts";

/** The embedded CRM's owners: the sandbox's objects of the type `owner`, with the properties that HubSpot has. */
export function sandboxOwners(pool: Pool): CrmOwners {
  return {
    async listOwners(company) {
      const { rows } = await pool
        .query<{ id: string; properties: object }>({
          name: "sandbox-owners",
          text: `select object_id as id, properties from sandbox.object
                 where company = $1 and system = 'crm' and object_type = 'owner' order by object_id`,
          values: [company],
        })
        .catch(unavailable("sandbox crm"));
      return rows.map(({ id, properties }) => readOwner({ ...properties, id }));
    },
  };
}
