import type { Evidence, Finding, KeptFinding } from "../domain/evidence.ts";
import type { TurnCitation } from "../domain/proposal.ts";
import { functionOf } from "../functions/index.ts";

/**
 * What code says of each finding that a turn reported. The words of a language model are ours alone, whatever their code: it has read
 * more than a partner may, and nobody can tell what of that it put in.
 */
export function keptFindings(
  functionId: string,
  findings: readonly Finding[],
  evidence: readonly Evidence[],
  { offline }: Pick<TurnCitation, "offline">,
): KeptFinding[] {
  const { audiences } = functionOf(functionId).agent;
  return findings.map((finding) => {
    const { code, sources } = finding;
    const declared = Object.hasOwn(audiences, code) ? audiences[code] : undefined;
    return {
      ...finding,
      audience: offline ? (declared ?? "us") : "us",
      provenance: offline ? (sources.length === 1 ? "record" : "derived") : "model",
      observedAt: lastOf(evidence, sources),
    };
  });
}

function lastOf(evidence: readonly Evidence[], sources: readonly string[]): string {
  const taken = evidence.filter(({ source }) => sources.includes(source.source)).map(({ source }) => source.observedAt);
  return taken.reduce((last, at) => (Date.parse(at) > Date.parse(last) ? at : last), taken[0] ?? EPOCH);
}

/** A finding that rests on no reading that was taken is refused before; this is the instant of nothing. */
const EPOCH = "1970-01-01T00:00:00.000Z";
