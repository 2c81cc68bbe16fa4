import type { JsonObject } from "../domain/json.ts";
import type { Permit, Receipt } from "../domain/permit.ts";

/**
 * A tool that changes the outside world: the writer half of a port. It cannot be called without a permit, and it hands
 * the permit's effect key to its target as idempotency key and external id.
 */
export type EffectTool = {
  /** `<system>.<verb>`, the name an action carries. */
  readonly name: string;
  /** Throws `ToolError` when the target says no, cannot be reached, or may have acted without answering. */
  execute(permit: Permit, args: JsonObject): Promise<Receipt>;
  /** What the target itself knows under this key: settles a call whose answer was lost. */
  lookUp(company: string, effectKey: string): Promise<Receipt | undefined>;
};
