import type { Evidence } from "../../domain/evidence.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";

/** Reads the programme's own records. */
export type ProgrammeReader = {
  readPartner(company: string, partnerId: string): Promise<Evidence | undefined>;
  /** The CRM's own ids of those that were ever registered under an id. */
  readRegistrationId(company: string, registrationId: string): Promise<Evidence>;
  /** Registrations whose protection runs now, for one registrable domain and product family. */
  readOpenRegistrations(company: string, customerDomain: string, productFamily: string): Promise<Evidence>;
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
  readonly productFamily: string;
  readonly valueMinor: number;
  readonly currency: string;
};

export type ProgrammeWriter = {
  registerDeal(permit: Permit, deal: DealRegistered): Promise<Receipt>;
  findRegistration(company: string, effectKey: string): Promise<Receipt | undefined>;
};

/** Days a registration protects its partner. Source: the default policy pack, 90 days (Cirrus, Sectona, Gumdrop). */
export const PROTECTION_DAYS = 90;
