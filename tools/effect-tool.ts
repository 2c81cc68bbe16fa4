import { prettifyError, type z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import type { Permit, Receipt } from "../domain/permit.ts";
import { ToolError } from "./tool-error.ts";

/**
 * A tool that changes the outside world: the writer half of a port. It cannot be called without a permit, and it hands
 * the permit's effect key to its target as idempotency key and external id.
 */
export type EffectTool = {
  /** `<system>.<verb>`, the name an action carries. */
  readonly name: string;
  /** Throws `ToolError` when the target says no, cannot be reached, or may have acted without answering. */
  execute(permit: Permit, args: JsonObject): Promise<Receipt>;
  /** What the target itself knows under this key: settles a call whose answer was lost. Throws when it cannot tell. */
  lookUp(company: string, effectKey: string): Promise<Receipt | undefined>;
};

type Typed<Args> = {
  readonly name: string;
  readonly args: z.ZodType<Args>;
  readonly execute: (permit: Permit, args: Args) => Promise<Receipt>;
  readonly lookUp: (company: string, effectKey: string) => Promise<Receipt | undefined>;
};

/** A tool that acts on nothing but a permit for itself and arguments as its schema has them. */
export function effectTool<Args>({ name, args: schema, execute, lookUp }: Typed<Args>): EffectTool {
  const run = async (permit: Permit, given: JsonObject) => {
    if (permit.tool !== name) {
      throw new ToolError("PERMIT_OF_ANOTHER_TOOL", `the permit is for \`${permit.tool}\`, not for \`${name}\``);
    }
    const args = schema.safeParse(given);
    if (!args.success)
      throw new ToolError("TARGET_ARGUMENTS_INVALID", `arguments of \`${name}\`: ${prettifyError(args.error)}`);
    return execute(permit, args.data);
  };
  return { name, execute: run, lookUp };
}
