import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The environment's address of the database, the company that this process serves, and where its keys are kept. */
export type CompanyPlace = { readonly url: string; readonly company: string; readonly home: string };

/** How processes log in: as their company. A login that may do more is only for migrations. */
export type CompanyAddress =
  | { readonly kind: "company"; readonly url: string }
  /** `url` logs in as the company `other`. */
  | { readonly kind: "other-company"; readonly other: string }
  /** `url` logs in as somebody else, and no address of the company's login is kept for this database. */
  | { readonly kind: "unknown" };

/** The database role that a company logs in as. Row security reads the company from this name. */
export function companyRole(company: string): string {
  return `company:${company}`;
}

/** The company whose login an address names, if it names one. */
export function companyOfAddress(url: string): string | undefined {
  const role = decodeURIComponent(new URL(url).username);
  return role.startsWith(companyRole("")) ? role.slice(companyRole("").length) : undefined;
}

/** Where the address of a company's login is kept, with its password. */
export function keptAddressFile(home: string, company: string): string {
  return join(home, "keys", `database-${company}.url`);
}

/** The same database, logged in to as the company. */
export function addressOf({ url, company }: CompanyPlace, password: string): string {
  const address = new URL(url);
  address.username = companyRole(company);
  address.password = password;
  return address.toString();
}

/** The password of the company's login that this home keeps, for whichever database. */
export function keptPassword({ home, company }: CompanyPlace): string | undefined {
  const kept = readKept(keptAddressFile(home, company));
  return kept === undefined ? undefined : new URL(kept).password;
}

/** The address of the company's login: `url` itself, or the one that `mandate migrate` kept for the same database. */
export function companyAddress(place: CompanyPlace): CompanyAddress {
  const { url, company, home } = place;
  const named = companyOfAddress(url);
  if (named !== undefined)
    return named === company ? { kind: "company", url } : { kind: "other-company", other: named };
  const kept = readKept(keptAddressFile(home, company));
  const isOfThisDatabase = kept !== undefined && kept === addressOf(place, new URL(kept).password);
  return isOfThisDatabase ? { kind: "company", url: kept } : { kind: "unknown" };
}

function readKept(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
