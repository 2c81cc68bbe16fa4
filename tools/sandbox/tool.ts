import type { Pool } from "pg";
import type { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { effectTool, type EffectTool } from "../effect-tool.ts";
import { createCounterparty, type Change } from "./counterparty.ts";

/** An operation of an outside system that the sandbox stands in for. */
export type SandboxOperation<Args extends JsonObject> = {
  readonly system: string;
  readonly operation: string;
  readonly args: z.ZodType<Args>;
  /** What it changes there; left out, the record of the call is all that is left. */
  readonly change?: (args: Args) => Change;
  /** What the system tells of its own accord afterwards, in order: answers that come later, as events. */
  readonly tells?: (args: Args) => readonly JsonObject[];
  /** References of answers begin with it; left out, the operation's initials. */
  readonly refPrefix?: string;
};

/** The effect tool `<system>.<operation>` on the sandbox. A vendor's adapter replaces it under the same name. */
export function sandboxTool<Args extends JsonObject>(
  pool: Pool,
  { system, operation, args, change, tells, refPrefix = initialsOf(operation) }: SandboxOperation<Args>,
): EffectTool {
  const counterparty = createCounterparty(pool, system);
  return effectTool({
    name: `${system}.${operation}`,
    args,
    execute: (permit, request) =>
      counterparty.ask(permit, { operation, request, change: change?.(request), tells: tells?.(request), refPrefix }),
    lookUp: counterparty.lookUp,
  });
}

/** `approve-discount` is `AD`. */
function initialsOf(operation: string): string {
  return operation
    .split("-")
    .map((word) => word.slice(0, 1).toUpperCase())
    .join("");
}
