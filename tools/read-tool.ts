import type { z } from "zod";
import type { Evidence, Lookup } from "../domain/evidence.ts";

/**
 * A read-only tool: the reader half of a port, as decisions and Intelligence use it. It takes no permit because it can
 * change nothing. `read` answers undefined when the thing does not exist for that company.
 */
export type ReadTool = {
  /** `<system>.<noun>`, e.g. `crm.record`; also the name under which findings cite it. */
  readonly name: string;
  readonly description: string;
  readonly args: z.ZodObject;
  read(company: string, args: Lookup["args"]): Promise<Evidence | undefined>;
};
