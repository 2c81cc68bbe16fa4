import type { ManifestLog } from "../bundle/manifest.ts";
import type { Findings } from "./finding.ts";
import type { LogHead } from "./notes.ts";

/** How many witnesses a reader asks for: `both` companies of a relationship log, `any` one, or the log's word alone. */
export const policies = ["both", "any", "log-only"] as const;
export type QuorumPolicy = (typeof policies)[number];

/** Check 2: enough of the known witnesses cosigned. Undefined policy: `any` where witnesses are known, else `log-only`. */
export function checkQuorum(
  { log, folder }: ManifestLog,
  { cosigned, witnesses }: LogHead,
  asked: QuorumPolicy | undefined,
  findings: Findings,
): void {
  const policy = asked ?? (witnesses.length > 0 ? "any" : "log-only");
  const needed = neededBy(policy, log);
  findings.checked(2);
  if (cosigned.length >= needed) return;
  const what = `${cosigned.length} of ${witnesses.length} known witnesses cosigned; policy \`${policy}\` needs ${needed}`;
  findings.add(2, "tampered", `${folder}/checkpoint: ${what}`, { log });
}

function neededBy(policy: QuorumPolicy, log: string): number {
  if (policy === "log-only") return 0;
  return policy === "both" && log.includes("~") ? 2 : 1;
}
