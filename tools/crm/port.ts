import type { Evidence } from "../../domain/evidence.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";

/** Reads one CRM object: its properties as the CRM sends them, with its version. Undefined when there is none. */
export type CrmReader = {
  readRecord(company: string, objectType: string, objectId: string): Promise<Evidence | undefined>;
};

export type PropertyUpdate = {
  readonly objectType: string;
  readonly objectId: string;
  readonly property: string;
  readonly value: string;
};

export type Note = { readonly objectType: string; readonly objectId: string; readonly text: string };

/** Writes to the CRM. `findCall` asks the CRM itself what it knows under an effect key, whatever was called. */
export type CrmWriter = {
  updateProperty(permit: Permit, update: PropertyUpdate): Promise<Receipt>;
  /** Leaves a note on an object's timeline. */
  addNote(permit: Permit, note: Note): Promise<Receipt>;
  findCall(company: string, effectKey: string): Promise<Receipt | undefined>;
};
