import type { Pool } from "pg";
import { givenPartner } from "../fixtures/programme.ts";

/** Partners that a load is spread over: of one alone the quarter's discounts would pass the cap of the quoting policy. */
const PARTNERS = 50;

export async function givenPartners(pool: Pool, company: string): Promise<void> {
  for (let index = 0; index < PARTNERS; index += 1) await givenPartner(pool, company, { partnerId: partnerOf(index) });
}

/** The partner of the request with this number. */
export function partnerOf(index: number): string {
  return `partner-${index % PARTNERS}`;
}
