import { parseDuration } from "../../guardrails/literals.ts";
import { failure } from "../failure.ts";

/** `30d` back from now, or a time, as ISO 8601; undefined when not given. Throws `CliFailure` (usage) for anything else. */
export function sinceOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const ms = parseDuration(given);
  const at = ms === undefined ? Date.parse(/^\d{4}-\d{2}-\d{2}/.test(given) ? given : "") : Date.now() - ms;
  if (Number.isNaN(at)) {
    throw failure("usage", "not-a-time", `\`${given}\` is no time to begin at`, "give `30d`, `12h`, or 2026-03-01");
  }
  return new Date(at).toISOString();
}
