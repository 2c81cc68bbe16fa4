import type { Pool } from "pg";
import { z } from "zod";
import { readStepOutcome } from "../audit/ledgers/effects.ts";
import { readStepDecision } from "../audit/ledgers/step-decision.ts";
import type { Evidence } from "../domain/evidence.ts";
import { propertiesRead } from "../functions/index.ts";
import type { Adapters } from "../tools/adapters.ts";
import type { ReadTool } from "../tools/read-tool.ts";
import type { ReadTools } from "./evidence.ts";

const text = z.string().min(1).max(256);

/** Leaves out what no function reads: personal data in other properties never reaches a model, a ledger or a record. */
function onlyRead(objectType: string, { source, value }: Evidence): Evidence {
  const wanted = propertiesRead("crm", objectType);
  return { source, value: Object.fromEntries(Object.entries(value).filter(([name]) => wanted.has(name))) };
}

function readTool<Shape extends z.ZodRawShape>(
  name: string,
  description: string,
  shape: Shape,
  read: (company: string, args: z.infer<z.ZodObject<Shape>>) => ReturnType<ReadTool["read"]>,
): ReadTool {
  const args = z.strictObject(shape);
  return {
    name,
    description,
    args,
    read: (company, given) => read(company, args.parse(given) as z.infer<z.ZodObject<Shape>>),
  };
}

/** What agents and decisions may read. The ledger's own reading is for write-back decisions only. */
export function createReadTools(pool: Pool, { crm, programme }: Adapters, now: () => string): ReadTools {
  const tools = [
    readTool(
      "crm.record",
      "one CRM object with the properties that the functions read",
      { objectType: text, objectId: text },
      async (company, { objectType, objectId }) => {
        const record = await crm.readRecord(company, objectType, objectId);
        return record === undefined ? undefined : onlyRead(objectType, record);
      },
    ),
    readTool(
      "programme.partner",
      "a partner's tier, standing and certifications",
      { partnerId: text },
      (company, args) => programme.readPartner(company, args.partnerId),
    ),
    readTool(
      "programme.open-registrations",
      "registrations whose protection runs now, for one customer domain and product family",
      { customerDomain: text, productFamily: text },
      (company, args) => programme.readOpenRegistrations(company, args.customerDomain, args.productFamily),
    ),
    readTool("ledger.step-outcome", "how a governed step ended", { stepKey: text }, async (company, { stepKey }) => {
      const outcome = await readStepOutcome(pool, company, stepKey);
      return {
        source: { source: "ledger.step-outcome", ref: stepKey, version: outcome, observedAt: now() },
        value: { outcome },
      };
    }),
    readTool("ledger.step-decision", "what was decided of a step", { stepKey: text }, async (company, { stepKey }) => {
      const value = await readStepDecision(pool, company, stepKey);
      if (value === undefined) return undefined;
      const source = { source: "ledger.step-decision", ref: stepKey, version: value.outcome, observedAt: now() };
      return { source, value };
    }),
  ];
  return Object.fromEntries(tools.map((tool) => [tool.name, tool]));
}
