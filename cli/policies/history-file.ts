import { readFile } from "node:fs/promises";
import type { Problem } from "../../gateway/http/problem.ts";
import { PastDecisionLine, type PastDecision } from "../../guardrails/simulate/past-decision.ts";
import { CliFailure, failure } from "../failure.ts";

/** Wrong lines that are shown; the rest are counted. */
const SHOWN = 20;

type Fault = NonNullable<Problem["errors"]>[number];

/** One decision per line, as `writeLine` gives them. Throws `CliFailure` naming each wrong line's place. */
export async function readHistoryFile(path: string): Promise<readonly PastDecision[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw failure("notFound", "no-such-file", `${path} cannot be read: ${error.message}`);
  });
  const decisions: PastDecision[] = [];
  const faults: Fault[] = [];
  const seen = new Map<string, number>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const read = readLine(line);
    const earlier = typeof read === "string" ? undefined : seen.get(read.decisionId);
    if (typeof read === "string") faults.push({ pointer: `${path}:${index + 1}`, detail: read });
    else if (earlier !== undefined) {
      faults.push({ pointer: `${path}:${index + 1}`, detail: `\`${read.decisionId}\` is on line ${earlier} already` });
    } else {
      seen.set(read.decisionId, index + 1);
      decisions.push(read);
    }
  }
  if (faults.length > 0) throw refused(path, faults);
  return decisions;
}

function refused(path: string, faults: readonly Fault[]): CliFailure {
  const counted = `${faults.length} ${faults.length === 1 ? "line" : "lines"}`;
  const fix = "write it with `mandate policy simulate ID --export FILE`";
  const { problem } = failure("usage", "history-refused", `${path} is refused: ${counted} cannot be used`, fix);
  return new CliFailure("usage", { ...problem, errors: faults.slice(0, SHOWN) });
}

/** A line's decision, or what is wrong with it. */
function readLine(line: string): PastDecision | string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    return error instanceof Error ? error.message : "not JSON";
  }
  const read = PastDecisionLine.safeParse(json);
  if (read.success) return read.data as PastDecision;
  return read.error.issues.map(({ path, message }) => `${path.map(String).join(".") || "line"}: ${message}`).join("; ");
}

/** Decisions as a history file holds them. */
export function historyText(decisions: readonly PastDecision[]): string {
  return decisions.map((decision) => `${JSON.stringify(decision)}\n`).join("");
}
