import { policyNameOf } from "../../audit/case-file.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import { objectAt, textAt } from "../../audit/story/loose.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { FiledCase } from "../filed-case.ts";
import type { VersionedPolicy } from "../../deciding/policies.ts";
import { citedIn, recordsIn } from "./filed-records.ts";
import { replayGuardrail, type Replayed } from "./guardrail.ts";
import { checkIntegrity, type LogKeys } from "./integrity.ts";
import { whatIf } from "./what-if.ts";

/** L0 to L3: what was recorded, what the guardrail made of it, what the agents did; and what never happened. */
export type Level = "integrity" | "guardrail" | "agent" | "what-if";

/** `of`: a case, a decision or a step. `nothing`: the level has nothing to say of it. */
export type LevelResult = {
  readonly level: Level;
  readonly of: string;
  readonly outcome: Replayed | { readonly kind: "nothing"; readonly why: string };
  readonly notes: readonly string[];
};

export type ReplayAsk = {
  readonly levels: readonly Level[];
  /** One decision alone; null for all of the case. Integrity is always the whole case's. */
  readonly decisionId: string | null;
  readonly keys: LogKeys;
  /** For the level `what-if`. */
  readonly policy: VersionedPolicy | null;
};

/** Replays a case file at the levels asked, in that order. Only the level `agent` loads the agents. */
export async function replayCase(file: FiledCase, ask: ReplayAsk): Promise<readonly LevelResult[]> {
  const records = recordsIn(file);
  const wanted = (id: string) => ask.decisionId === null || id === ask.decisionId;
  const decisions = records.filter(({ kind, body }) => kind === "decision" && wanted(textAt(body, "decisionId")));
  const results: LevelResult[] = [];
  for (const level of ask.levels) {
    if (level === "integrity") results.push(integrityOf(file, ask.keys));
    if (level === "guardrail") results.push(...(await guardrailOf(file, records, decisions)));
    if (level === "agent") results.push(...(await agentOf(file, records, decisions)));
    if (level === "what-if" && ask.policy !== null) results.push(...(await whatIfOf(records, decisions, ask.policy)));
  }
  return results;
}

function integrityOf(file: FiledCase, keys: LogKeys): LevelResult {
  const { outcome, under } = checkIntegrity(file, keys);
  const { caseId: of } = file;
  const { origin, size, cosignedBy, signed } = under ?? { origin: "", size: 0, cosignedBy: [], signed: true };
  const cosigned = cosignedBy.length === 0 ? "" : `, cosigned by ${cosignedBy.join(", ")}`;
  const notes = [
    ...(under === null ? [] : [`under checkpoint ${size} of ${origin}${cosigned}`]),
    ...(signed
      ? []
      : ["the checkpoint's signature was not checked: the log's key is not known here, give it with --vkey"]),
  ];
  return { level: "integrity", of, outcome, notes };
}

const verdictOf = ({ body }: AuditRecord): string => textAt(body, "verdict");
const decisionIdOf = ({ body, key }: AuditRecord): string => textAt(body, "decisionId") || key;

function nothing(level: Level, of: string, why: string): LevelResult {
  return { level, of, outcome: { kind: "nothing", why }, notes: [] };
}

async function guardrailOf(
  { caseId, policies }: FiledCase,
  records: readonly AuditRecord[],
  decisions: readonly AuditRecord[],
) {
  if (decisions.length === 0) return [nothing("guardrail", caseId, "nothing was decided")];
  const taken = decisions.map(async (record): Promise<LevelResult> => {
    const policy = objectAt(record.body, "policy");
    const document = policies[policyNameOf(textAt(policy, "id"), textAt(policy, "version"))];
    const outcome: Replayed =
      document === undefined
        ? { kind: "cannot", why: "the policy that it was taken under is not in the case file" }
        : await replayGuardrail(record, document, records);
    return { level: "guardrail", of: decisionIdOf(record), outcome, notes: [verdictOf(record)] };
  });
  return Promise.all(taken);
}

/** Each step that agents proposed something in, once. */
async function agentOf(file: FiledCase, records: readonly AuditRecord[], decisions: readonly AuditRecord[]) {
  const steps = [...new Set(decisions.map(({ body }) => textAt(body, "stepKey")))];
  const proposals = records.filter(({ key }) => steps.some((step) => key === recordKeys.proposal(step)));
  const byAgents = proposals.filter(({ body }) => isByAgents(body["chain"]) || body["chain"] === undefined);
  if (byAgents.length === 0) return [nothing("agent", file.caseId, "no agent proposed anything here")];
  const { replayAgents } = await import("./agent.ts");
  const prompts = citedIn(file);
  const worked = byAgents.map(async (proposal): Promise<LevelResult> => {
    const { outcome, notes } = await replayAgents(proposal, { records, prompts });
    return { level: "agent", of: textAt(proposal.body, "stepKey"), outcome, notes };
  });
  return Promise.all(worked);
}

function isByAgents(chain: unknown): boolean {
  return typeof chain === "object" && chain !== null && Reflect.get(chain, "origin") === "agents";
}

async function whatIfOf(records: readonly AuditRecord[], decisions: readonly AuditRecord[], other: VersionedPolicy) {
  const { id } = other.policy;
  const under = decisions.filter(({ body }) => textAt(objectAt(body, "policy"), "id") === id);
  if (under.length === 0) return [nothing("what-if", id, `nothing here was decided under a policy \`${id}\``)];
  const judged = under.map(async (record): Promise<LevelResult> => {
    const of = decisionIdOf(record);
    const found = await whatIf(record, other, records);
    if (found.kind === "cannot") return { level: "what-if", of, outcome: found, notes: [] };
    const { kind, was, would, why, unread } = found;
    const told = `it was ${was}, and would be ${would} under ${id} ${other.version.slice(0, 12)}: ${why}`;
    const notes = unread.map((limit) => `nothing recorded answers limit \`${limit}\`: it is left out`);
    const outcome: Replayed = kind === "differs" ? { kind, what: told } : { kind: "same" };
    return { level: "what-if", of, outcome, notes: kind === "differs" ? notes : [told, ...notes] };
  });
  return Promise.all(judged);
}
