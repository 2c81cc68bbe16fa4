import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";
import { ToolError } from "../tool-error.ts";
import { unavailable } from "../unavailable.ts";
import type { CrmReader, CrmWriter, Note, PropertyUpdate } from "./port.ts";

type Answer = { readonly externalRef: string; readonly answeredAt: string };

/**
 * The embedded CRM: its own rows, its own idempotency by the caller's key, its own record of every call. The same key
 * with the same request is answered again without acting; with another request it is refused.
 */
export function createSandboxCrm(pool: Pool): CrmReader & CrmWriter {
  async function write(
    permit: Permit,
    operation: "update_property" | "add_note",
    request: PropertyUpdate | Note,
  ): Promise<Receipt> {
    const { rows } = await pool
      .query<{ answer: Answer | null; outcome: "done" | "no-object" | "key-reused" }>({
        name: `sandbox-crm-${operation}`,
        text: `select answer, outcome from sandbox_crm.${operation}($1, $2, $3)`,
        values: [permit.company, permit.effectKey, JSON.stringify(request)],
      })
      .catch(unavailable("sandbox crm"));
    const row = rows[0];
    const object = `\`${request.objectType}/${request.objectId}\``;
    if (row?.outcome === "key-reused") {
      throw new ToolError("TARGET_KEY_REUSED", `key used for another request on ${object}`);
    }
    if (row === undefined || row.answer === null) throw new ToolError("TARGET_REFUSED", `no crm object ${object}`);
    return row.answer;
  }

  return {
    async readRecord(company, objectType, objectId) {
      const { rows } = await pool
        .query<{ version: number; properties: JsonObject; now: string }>({
          name: "sandbox-crm-read",
          text: `select version, properties, clock_timestamp() as now from sandbox_crm.object
                 where company = $1 and object_type = $2 and object_id = $3`,
          values: [company, objectType, objectId],
        })
        .catch(unavailable("sandbox crm"));
      const row = rows[0];
      if (row === undefined) return undefined;
      const ref = `${objectType}/${objectId}`;
      const source = { source: "crm.record", ref, version: String(row.version), observedAt: row.now };
      return { source, value: row.properties };
    },

    updateProperty: (permit, update) => write(permit, "update_property", update),

    addNote: (permit, note) => write(permit, "add_note", note),

    async findCall(company, effectKey) {
      const { rows } = await pool
        .query<{ answer: Answer }>(
          "select answer from sandbox_crm.call where company = $1 and idempotency_key = $2 and not replayed",
          [company, effectKey],
        )
        .catch(unavailable("sandbox crm"));
      return rows[0]?.answer;
    },
  };
}
