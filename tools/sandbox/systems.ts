import type { Pool } from "pg";
import { embeddedAdapters } from "../adapters.ts";
import { createEffectTools } from "../effect-tools.ts";

/** Our own records are no outside system: nothing stands in for them. */
const ours = new Set(["programme"]);

/** The outside systems that the sandbox stands in for, each with its operations. */
export function sandboxSystems(pool: Pool): ReadonlyMap<string, readonly string[]> {
  const systems = new Map<string, string[]>();
  for (const name of Object.keys(createEffectTools(embeddedAdapters(pool)))) {
    const [system = "", operation = ""] = name.split(".");
    if (!ours.has(system)) systems.set(system, [...(systems.get(system) ?? []), operation]);
  }
  return systems;
}
