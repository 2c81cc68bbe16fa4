import type { Pool } from "pg";
import type { CrmReader, CrmWriter } from "./crm/port.ts";
import { createSandboxCrm } from "./crm/sandbox.ts";
import type { ProgrammeReader, ProgrammeWriter } from "./programme/port.ts";
import { createProgramme } from "./programme/postgres.ts";
import type { QuoteDesk } from "./quotes/port.ts";
import { createSandboxQuoteDesk } from "./quotes/sandbox.ts";

/** The adapter registry: which system stands behind each port. */
export type Adapters = {
  readonly crm: CrmReader & CrmWriter;
  readonly quotes: QuoteDesk;
  readonly programme: ProgrammeReader & ProgrammeWriter;
};

/** The systems that ship: sandboxes with rows of their own, and our own records. `now`: the company's clock. */
export function embeddedAdapters(pool: Pool, now: () => string): Adapters {
  return { crm: createSandboxCrm(pool), quotes: createSandboxQuoteDesk(pool), programme: createProgramme(pool, now) };
}
