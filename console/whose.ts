import type { Provenance } from "../domain/provenance.ts";

/** Whose word a fact is, in a cell. */
export const whose: { readonly [from in Provenance]: string } = {
  record: "system of record",
  derived: "worked out by code",
  requester: "written by who asks",
  partner: "written by the partner",
  model: "a model's words",
};
