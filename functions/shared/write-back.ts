import { z } from "zod";
import { functionOfAction, takingBackActions } from "../index.ts";
import type { FactInput, FunctionAction, GovernedAction } from "../definition.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { OutcomeKind } from "../../domain/outcome.ts";

export const WriteBackArgs = z.strictObject({
  /** The action whose outcome is told: its property is the one that may be written. */
  action: z.string().min(1),
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
    "already-done",
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
  propertyAllowed: z.boolean().meta({ from: "derived", title: "the property is the one that tells of this action" }),
  tellsOutcome: z.boolean().meta({ from: "derived", title: "the value says what the ledgers say happened" }),
});

/** The action of a function that bears this id; undefined for one that none proposes. */
export function reportedAction(actionId: string): FunctionAction | undefined {
  return functionOfAction(actionId)?.actions.find(({ id }) => id === actionId);
}

/** Whether an action only takes back what another one of its function did. */
export function takesBack(actionId: string): boolean {
  return takingBackActions.includes(actionId);
}

/** The value that an action's outcome property takes, or undefined when an outcome is not told to the CRM. */
export function writeBackValue(actionId: string, outcome: OutcomeKind | "open"): string | undefined {
  const values = reportedAction(actionId)?.writeBack?.values;
  switch (outcome) {
    case "executed":
    case "already-done":
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
  if (!args.success || !reading.success || reportedAction(args.data.action) === undefined) return {};
  const { action: reported, property, value } = args.data;
  return {
    propertyAllowed: reportedAction(reported)?.writeBack?.property === property,
    tellsOutcome: writeBackValue(reported, reading.data.outcome) === value,
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
  occasion: { kind: "decision", argument: "reportsStep" },
  factSchema: WriteBackFacts,
  readsRecord: false,
  lookups: (_record, reportsStep) => [{ tool: "ledger.step-outcome", args: { stepKey: reportsStep } }],
  facts,
  describe,
  requestedBy: () => null,
};
