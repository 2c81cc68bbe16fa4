import type { Pool } from "pg";
import { createCounterparty } from "../sandbox/counterparty.ts";
import { sandboxRecords } from "../sandbox/records.ts";
import type { CrmReader, CrmWriter } from "./port.ts";

/** The embedded CRM: the sandbox behind the CRM's port. A property that is set makes a new version of its object. */
export function createSandboxCrm(pool: Pool): CrmReader & CrmWriter {
  const { ask, lookUp } = createCounterparty(pool, "crm");
  return {
    ...sandboxRecords(pool, "crm"),

    updateProperty: (permit, update) => {
      const { objectType: type, objectId: id, property, value } = update;
      const change = { type, id, set: { [property]: value } };
      return ask(permit, { operation: "update-property", request: update, change, refPrefix: "UP" });
    },

    addNote: (permit, note) => {
      const change = { type: note.objectType, id: note.objectId, set: {} };
      return ask(permit, { operation: "add-note", request: note, change, refPrefix: "N" });
    },

    findCall: lookUp,
  };
}
