import { z } from "zod";
import { firstActionOf, functions } from "../index.ts";
import type { FactInput, GovernedAction } from "../definition.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { OutcomeKind } from "../../domain/outcome.ts";

export const WriteBackArgs = z.strictObject({
  functionId: z.string().min(1),
  objectType: z.string().min(1),
  objectId: z.string().min(1),
  property: z.string().min(1),
  value: z.string().min(1),
  /** The step whose outcome is told. */
  reportsStep: z.string().min(1),
});

/** How a step ended as the ledgers tell it, read again by the decision itself. */
export const StepOutcomeReading = z.strictObject({
  outcome: z.enum([
    "executed",
    "rejected",
    "expired",
    "blocked",
    "superseded",
    "withheld",
    "unknown",
    "refused",
    "open",
  ]),
});

/** The facts that `policies/write-back.yaml` may name. */
export const WriteBackFacts = z.strictObject({
  propertyAllowed: z.boolean().meta({ title: "the property is the one this function may write" }),
  tellsOutcome: z.boolean().meta({ title: "the value says what the ledgers say happened" }),
});

/** The value a function's outcome property takes, or undefined when an outcome is not told to the CRM. */
export function writeBackValue(functionId: string, outcome: OutcomeKind | "open"): string | undefined {
  const values = firstActionOf(functionId).writeBack?.values;
  switch (outcome) {
    case "executed":
      return values?.executed;
    case "rejected":
    case "expired":
      return values?.denied;
    case "blocked":
      return values?.blocked;
    default:
      return undefined;
  }
}

function facts({ evidence, action }: FactInput): JsonObject {
  const args = WriteBackArgs.safeParse(action.args);
  const reading = StepOutcomeReading.safeParse(evidence["ledger.step-outcome"]?.value);
  if (!args.success || !reading.success || !Object.hasOwn(functions, args.data.functionId)) return {};
  const { functionId, property, value } = args.data;
  return {
    propertyAllowed: firstActionOf(functionId).writeBack?.property === property,
    tellsOutcome: writeBackValue(functionId, reading.data.outcome) === value,
  };
}

/** `Mandate asks to set quote_status of deal 1004 to approved in the CRM`. */
function describe(given: JsonObject): string | undefined {
  const args = WriteBackArgs.safeParse(given);
  if (!args.success) return undefined;
  const { objectType, objectId, property, value } = args.data;
  return `Mandate asks to set ${property} of ${objectType} ${objectId} to ${value} in the CRM`;
}

/** Tells the CRM how a step ended. Its own governed action: a CRM may only be told what was decided. */
export const writeBack: GovernedAction = {
  id: "write-back",
  tool: "crm.update-property",
  args: WriteBackArgs,
  factSchema: WriteBackFacts,
  readsRecord: false,
  lookups: (_record, reportsStep) => [{ tool: "ledger.step-outcome", args: { stepKey: reportsStep } }],
  facts,
  describe,
  requestedBy: () => "",
};
