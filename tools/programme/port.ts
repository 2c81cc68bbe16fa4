import type { Evidence } from "../../domain/evidence.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";

/** Reads the programme's own records. */
export type ProgrammeReader = {
  readPartner(company: string, partnerId: string): Promise<Evidence | undefined>;
  /** The CRM's own ids of those that were ever registered under an id. */
  readRegistrationId(company: string, registrationId: string): Promise<Evidence>;
};

/** A deal protected for a partner. The amount is in minor units of `currency`. */
export type DealRegistered = {
  /** The CRM's own id: one registration, whatever id it was given. */
  readonly objectId: string;
  readonly registrationId: string;
  readonly partnerId: string;
  /** What the partner does on it; another role's protection is no rival. */
  readonly role: "source" | "sell";
  readonly customerDomain: string;
  readonly customerName?: string | undefined;
  /** With semicolons between. */
  readonly customerAliases?: string | undefined;
  readonly productFamily: string;
  readonly valueMinor: number;
  readonly currency: string;
  /** For how long it is protected: the term of the policy as decided. */
  readonly protectionDays: number;
  /** The programme's own name of the registration that it takes the place of; null where there is none. */
  readonly replaces: string | null;
};

/** What is taken back of a registration: its protection, or only that it is decided. `registration`: the programme's name of it. */
export type Release = {
  readonly objectId: string;
  readonly registrationId: string;
  readonly registration: string;
  readonly keepsPlace: boolean;
};

export type ProgrammeWriter = {
  releaseRegistration(permit: Permit, release: Release): Promise<Receipt>;
  findRelease(company: string, effectKey: string): Promise<Receipt | undefined>;
  registerDeal(permit: Permit, deal: DealRegistered): Promise<Receipt>;
  findRegistration(company: string, effectKey: string): Promise<Receipt | undefined>;
};
