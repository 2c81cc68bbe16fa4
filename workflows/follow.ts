import type { FunctionId } from "../functions/index.ts";
import { workRefOf, type Work } from "./case.ts";
import { now } from "./clock.ts";
import { ledger } from "./proxies.ts";

/**
 * Opens another function's case about an object of its subject's type, or tells the one that runs: once, however often this
 * case comes here. Answers the case's id; how it ends comes by a `follows` trigger.
 */
export async function follow(work: Work, functionId: FunctionId, objectId: string): Promise<string> {
  const { caseId } = await ledger().openCase(workRefOf(work), { functionId, objectId }, now());
  return caseId;
}
