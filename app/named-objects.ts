import { nameObject, ownIdOf } from "../audit/object-names.ts";
import type { Ledger } from "../audit/records.ts";
import type { Adapters } from "../tools/adapters.ts";
import { readerOfNamed, type ObjectNames } from "../tools/own-ids.ts";

/** What objects are called here, and back, as the ledger keeps it. */
export function objectNamesOf(ledger: Ledger): ObjectNames {
  return {
    nameOf: (company, object) => nameObject(ledger, company, object),
    idOf: (company, name) => ownIdOf(ledger, company, name),
  };
}

/** The adapters' readers, for callers that know objects by what they are called here. */
export function readersOfNamed({ records }: Pick<Adapters, "records">, names: ObjectNames): Adapters["records"] {
  return Object.fromEntries(
    Object.entries(records).map(([system, reader]) => [system, readerOfNamed(system, reader, names)]),
  );
}
