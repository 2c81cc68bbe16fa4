import { governedActions } from "../../functions/governed-actions.ts";

/** Our own records are no outside system: nothing stands in for them. */
const ours = new Set(["programme"]);

/** The outside systems that governed actions need, each with its operations: what the sandbox stands in for. */
export function sandboxSystems(): ReadonlyMap<string, readonly string[]> {
  const systems = new Map<string, string[]>();
  for (const { tool } of Object.values(governedActions)) {
    const [system = "", operation = ""] = tool.split(".");
    if (!ours.has(system)) systems.set(system, [...(systems.get(system) ?? []), operation]);
  }
  return systems;
}
