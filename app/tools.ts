import type { Pool } from "pg";
import { z } from "zod";
import { readStepOutcome } from "../audit/ledgers/effects.ts";
import { readStepDecision } from "../audit/ledgers/step-decision.ts";
import { CrmNoteArgs } from "../domain/crm-note.ts";
import type { Evidence } from "../domain/evidence.ts";
import { ApproveRegistrationArgs } from "../domain/functions/deal-registration.ts";
import { propertiesRead } from "../domain/functions/index.ts";
import { ApproveDiscountArgs } from "../domain/functions/quoting.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Receipt, Permit } from "../domain/permit.ts";
import { WriteBackArgs } from "../domain/write-back.ts";
import type { CrmReader, CrmWriter } from "../tools/crm/port.ts";
import { createSandboxCrm } from "../tools/crm/sandbox.ts";
import type { EffectTool } from "../tools/effect-tool.ts";
import type { ProgrammeReader, ProgrammeWriter } from "../tools/programme/port.ts";
import { createProgramme } from "../tools/programme/postgres.ts";
import type { QuoteDesk } from "../tools/quotes/port.ts";
import { createSandboxQuoteDesk } from "../tools/quotes/sandbox.ts";
import type { ReadTool } from "../tools/read-tool.ts";
import { ToolError } from "../tools/tool-error.ts";
import type { EffectTools } from "./activities/act.ts";
import type { ReadTools } from "./activities/evidence.ts";

/** The adapter registry: which system stands behind each tool's name. */
export type Adapters = {
  readonly crm: CrmReader & CrmWriter;
  readonly quotes: QuoteDesk;
  readonly programme: ProgrammeReader & ProgrammeWriter;
};

export function embeddedAdapters(pool: Pool): Adapters {
  return { crm: createSandboxCrm(pool), quotes: createSandboxQuoteDesk(pool), programme: createProgramme(pool) };
}

const text = z.string().min(1).max(256);

/** Leaves out what no function reads: personal data in other properties never reaches a model, a ledger or a record. */
function onlyRead(objectType: string, { source, value }: Evidence): Evidence {
  const wanted = propertiesRead(objectType);
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

function effectTool<Args>(
  name: string,
  schema: z.ZodType<Args>,
  execute: (permit: Permit, args: Args) => Promise<Receipt>,
  lookUp: EffectTool["lookUp"],
): EffectTool {
  const run = async (permit: Permit, given: JsonObject) => {
    const args = schema.safeParse(given);
    if (!args.success)
      throw new ToolError("TARGET_ARGUMENTS_INVALID", `arguments of \`${name}\`: ${z.prettifyError(args.error)}`);
    return execute(permit, args.data);
  };
  return { name, execute: run, lookUp };
}

/** What may be done with a permit, by the name an action carries. */
export function createEffectTools({ crm, quotes, programme }: Adapters): EffectTools {
  const tools = [
    effectTool(
      "quotes.approve-discount",
      ApproveDiscountArgs,
      (permit, args) => quotes.approveDiscount(permit, args),
      (company, key) => quotes.findApproval(company, key),
    ),
    effectTool(
      "programme.register-deal",
      ApproveRegistrationArgs,
      (permit, args) => programme.registerDeal(permit, args),
      (company, key) => programme.findRegistration(company, key),
    ),
    effectTool(
      "crm.update-property",
      WriteBackArgs,
      (permit, { objectType, objectId, property, value }) =>
        crm.updateProperty(permit, { objectType, objectId, property, value }),
      (company, key) => crm.findCall(company, key),
    ),
    effectTool(
      "crm.add-note",
      CrmNoteArgs,
      (permit, { objectType, objectId, text: note }) => crm.addNote(permit, { objectType, objectId, text: note }),
      (company, key) => crm.findCall(company, key),
    ),
  ];
  return Object.fromEntries(tools.map((tool) => [tool.name, tool]));
}
