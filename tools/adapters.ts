import type { Pool } from "pg";
import { ApproveDiscountArgs } from "../functions/quoting/approve-discount.ts";
import type { CrmReader, CrmWriter } from "./crm/port.ts";
import { createSandboxCrm } from "./crm/sandbox.ts";
import type { EffectTool } from "./effect-tool.ts";
import type { ProgrammeReader, ProgrammeWriter } from "./programme/port.ts";
import { createProgramme } from "./programme/postgres.ts";
import { sandboxTool } from "./sandbox/tool.ts";

/** The adapter registry: which system stands behind each port. */
export type Adapters = {
  readonly crm: CrmReader & CrmWriter;
  readonly programme: ProgrammeReader & ProgrammeWriter;
  /** Tools of systems that need no port of their own: a schema says it all. */
  readonly others: readonly EffectTool[];
};

/** What the embedded sandbox does beside the CRM: a line per operation of an outside system. */
function sandboxTools(pool: Pool): readonly EffectTool[] {
  return [
    sandboxTool(pool, {
      system: "quotes",
      operation: "approve-discount",
      args: ApproveDiscountArgs,
      change: (set) => ({ type: "approval", set }),
      refPrefix: "QA",
    }),
  ];
}

/** The systems that ship: the sandbox for those outside, and our own records. `now`: the company's clock. */
export function embeddedAdapters(pool: Pool, now: () => string): Adapters {
  return { crm: createSandboxCrm(pool), programme: createProgramme(pool, now), others: sandboxTools(pool) };
}
