import type { Permit, Receipt } from "../../domain/permit.ts";
import type { RecordReader } from "../record-reader.ts";

/** Reads the CRM's objects. */
export type CrmReader = RecordReader;

/** A user of the CRM who may own records, as HubSpot's owners API tells of them. Every text may be empty. */
export type CrmOwner = {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** They left: nothing is theirs any more. */
  readonly archived: boolean;
};

/** Tells whom the CRM knows: the reading `crm.owners`. */
export type CrmOwners = {
  /** All of them, archived ones included. */
  listOwners(company: string): Promise<readonly CrmOwner[]>;
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
