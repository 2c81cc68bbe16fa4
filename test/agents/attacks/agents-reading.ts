import { z } from "zod";
import { createAgents } from "../../../agents/agents.ts";
import type { ChatModelPort } from "../../../agents/models/port.ts";
import type { TurnInput } from "../../../agents/turn.ts";
import { digestOf } from "../../../audit/digest.ts";
import type { Evidence } from "../../../domain/evidence.ts";
import { governedActions } from "../../../functions/governed-actions.ts";
import { functions } from "../../../functions/index.ts";
import type { FunctionAction } from "../../../functions/definition.ts";
import type { ReadTool } from "../../../tools/read-tool.ts";
import { memoryLedger } from "../memory-ledger.ts";

const AnyArgs = z.looseObject({});

/** A thing that does not exist is read as nothing, whatever its tool. */
const otherTools = [
  ...new Set(Object.values(governedActions).flatMap(({ restsOn = [] }) => restsOn)),
  "ledger.first-act",
  "ledger.prices",
  "ledger.claims",
  "ledger.reply",
  "ledger.standing-act",
];

type Turned = { readonly functionId: string; readonly action: FunctionAction; readonly at: string };

/** Agents over fixed readings, each tool by its name whatever it is asked; and what models had read of them, by name. */
export function agentsReading(
  { functionId, action, at }: Turned,
  readings: { readonly [tool: string]: Evidence },
  model: ChatModelPort,
) {
  const read: string[] = [];
  const names = [...new Set([...Object.keys(readings), ...otherTools])];
  const readTools = names.map((name): ReadTool => ({
    name,
    description: `reads ${name}`,
    args: AnyArgs,
    async read(company, given) {
      read.push(`${company} ${name} ${JSON.stringify(given)}`);
      return readings[name];
    },
  }));
  const type = functions[functionId]?.subject.type ?? "";
  const caseId = `acme:${functionId}:crm-${type}-1001`;
  const stepKey = `${caseId}/evt_1/${action.step}`;
  const turn: TurnInput = {
    company: "acme",
    caseId,
    stepKey,
    functionId,
    action: action.id,
    objectType: type,
    objectId: "1001",
    at,
  };
  const agents = createAgents({ model, ledger: memoryLedger(), readTools, digest: digestOf });
  return { agents, turn, reads: () => read };
}
