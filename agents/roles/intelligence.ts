import { z } from "zod";
import { Finding, type Evidence, type Lookup } from "../../domain/evidence.ts";
import { ownActionOf, recordToolOf, requestIn } from "../../functions/index.ts";
import type { ReadTool } from "../../tools/read-tool.ts";
import type { AnswerForm } from "../answer-check.ts";
import { inputSchemaOf, type Binding, type Bindings } from "../binding.ts";
import { READING_REFUSED } from "../compliance-rules.ts";
import type { ToolSchema } from "../conversation.ts";
import { AgentFault } from "../fault.ts";
import type { CallDeps } from "../model-call.ts";
import { createReadGate, toolOf, wireName, type ReadGate } from "../read-gate.ts";
import type { FindingsTurn, TurnInput } from "../turn.ts";
import { workOf } from "../progress.ts";
import { openingMessage } from "../turn-data.ts";
import { runTurn } from "../turn-graph.ts";

const ROLE = "intelligence";

const Findings = z.strictObject({ findings: z.array(Finding).min(1).max(12) });

const answer: ToolSchema = {
  name: "report_findings",
  description: "Reports what the readings show. Called once, after the readings have answered.",
  inputSchema: inputSchemaOf(Findings),
};

type IntelligenceDeps = {
  readonly calls: CallDeps;
  readonly bindings: Bindings;
  readonly tools: ReadonlyMap<string, ReadTool>;
};

/** Reads the record and whatever the function's lookups allow, and reports findings that rest on it. */
export async function gatherFindings(deps: IntelligenceDeps, turn: TurnInput): Promise<FindingsTurn> {
  let open: Opened | undefined;
  const form: AnswerForm<z.infer<typeof Findings>> = {
    tool: answer.name,
    schema: Findings,
    objection: ({ findings }) => unreadSource(findings, open?.gate.taken() ?? []),
  };
  const { output, progress } = await runTurn({
    deps: deps.calls,
    form,
    async assemble() {
      open = await openTurn(deps, turn);
      const { gate, binding, opening } = open;
      return { conversing: deps.bindings.conversing(ROLE, turn, binding), opening, gate };
    },
  });
  if (open === undefined) throw new Error("the turn was not assembled");
  const evidence = open.gate.taken();
  const findings = [...output.findings, ...refusals(turn.functionId, progress.refused)];
  const citation = deps.bindings.citation(ROLE, turn, open.binding, progress.requestDigests);
  return { findings, evidence, citation, work: workOf(progress) };
}

type Opened = Awaited<ReturnType<typeof openTurn>>;

async function openTurn({ bindings, tools }: IntelligenceDeps, turn: TurnInput) {
  const { company, functionId, action, objectType, objectId, gone } = turn;
  const own = { tool: recordToolOf(functionId), args: { objectType, objectId } };
  if (gone === true) throw new AgentFault("RECORD_UNREADABLE", `\`${objectType}/${objectId}\` is gone`);
  const record = await toolOf(tools, own.tool).read(company, own.args);
  if (record === undefined) throw new AgentFault("RECORD_NOT_FOUND", `no record of \`${objectType}/${objectId}\``);
  const wanted = ownActionOf(functionId, action);
  const { args = {} } = requestIn(functionId, wanted, record) ?? {};
  const lookups = wanted.lookups(record.value, "", { objectId, args });
  // What a proposal rests on, and what our own ledgers say, is no model's to leave out: code reads it.
  const isRested = ({ tool }: Lookup) => wanted.restsOn?.includes(tool) === true || tool.startsWith("ledger.");
  const rested = await Promise.all(
    lookups.filter(isRested).map(async (lookup) => ({
      lookup,
      given: await toolOf(tools, lookup.tool).read(company, lookup.args),
    })),
  );
  const given = rested.flatMap(({ lookup, given: reading }) =>
    reading === undefined ? [] : [{ lookup, given: reading }],
  );
  const open = lookups.filter((lookup) => !isRested(lookup));
  const gate: ReadGate = createReadGate(
    company,
    [{ lookup: own, given: record }, ...given, ...open.map((lookup) => ({ lookup }))],
    tools,
  );
  const reads = [...new Set(open.map(({ tool }) => tool))].map((name) => toolOf(tools, name));
  const binding: Binding = bindings.bind(ROLE, turn, answer, reads);
  const mayRead = gate.open.map(({ tool, args }) => ({ tool, call: wireName(tool), args }));
  return { gate, binding, opening: [openingMessage(ROLE, turn, gate.taken(), { mayRead })] };
}

/** A finding rests on readings that were taken in this turn, or it does not exist. */
function unreadSource(findings: readonly Finding[], taken: readonly Evidence[]): string | undefined {
  const names = new Set(taken.map(({ source }) => source.source));
  const unread = findings.flatMap(({ sources }) => sources).find((source) => !names.has(source));
  return unread === undefined ? undefined : `no reading \`${unread}\` was taken; sources are ${[...names].join(", ")}`;
}

/** Code notes what a model was not allowed to read. */
function refusals(functionId: string, count: number): Finding[] {
  if (count === 0) return [];
  const statement = `The agent asked for ${count} readings outside this case; they were refused.`;
  return [{ code: READING_REFUSED, statement, confidencePpm: 1_000_000, sources: [recordToolOf(functionId)] }];
}
