import type { FunctionTable } from "../../functions/definition.ts";
import { functionOf, functions as shipped, ownActionOf } from "../../functions/index.ts";
import { CASE_WORKFLOW } from "../../temporal.config.ts";
import type { CaseInput } from "../../workflows/case.ts";
import type { GovernedCaseInput } from "../../workflows/governed-case.ts";

/** How a case begins: the workflow type that is its function's choreography, and what it begins with. */
export type CaseStart = { readonly workflow: string; readonly input: CaseInput | GovernedCaseInput };

/** The standard choreography is told which step it runs; an own one names its steps itself. Throws `UnknownName`. */
export function caseStartOf(input: CaseInput, functions: FunctionTable = shipped): CaseStart {
  const { choreography, actions, waiting } = functionOf(input.functionId, functions);
  if (choreography !== undefined) return { workflow: choreography, input };
  const [{ step, id: action, takenBackBy }] = actions;
  const undo = takenBackBy === undefined ? undefined : ownActionOf(input.functionId, takenBackBy, functions);
  const takeBack = undo && { step: undo.step, action: undo.id };
  const others = waiting === undefined ? {} : ({ othersWait: true } as const);
  return { workflow: CASE_WORKFLOW, input: { ...input, step, action, ...(takeBack && { takeBack }), ...others } };
}
