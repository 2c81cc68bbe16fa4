import { UnknownName } from "../../domain/registry.ts";
import type { StepRef } from "../../workflows/activities.ts";

/** Somebody must hear that a case was ended for it: a function, action or tool that is not wired here. */
export type UnknownNameAlarm = (detail: {
  readonly caseId: string;
  readonly stepKey: string;
  readonly name: string;
}) => void;

/** Answers `end` for work that needs what nothing here bears the name of: asking again would change nothing. */
export async function endedByUnknownName<T>(
  { caseId, stepKey }: Pick<StepRef, "caseId" | "stepKey">,
  alarm: UnknownNameAlarm,
  work: () => Promise<T>,
  end: (reason: string) => T,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnknownName)) throw error;
    alarm({ caseId, stepKey, name: error.message });
    return end(error.message);
  }
}
