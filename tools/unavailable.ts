import { ToolError } from "./tool-error.ts";

/** Turns a driver's fault into the tool's: the call may be made again under the same key. */
export function unavailable(target: string): (cause: unknown) => never {
  return (cause) => {
    throw new ToolError("TARGET_UNAVAILABLE", `${target} did not answer`, { cause });
  };
}
