import { evaluate, type Evaluated } from "../../../agents/evals/run.ts";
import { evalSet } from "../../../agents/evals/set/index.ts";
import { createOfflineModel } from "../../../agents/models/offline.ts";
import type { ChatModelPort } from "../../../agents/models/port.ts";
import { prompts } from "../../../agents/prompts/index.ts";
import { digestOf } from "../../../audit/digest.ts";
import type { Role } from "../../../functions/definition.ts";

/** The whole set on a role, once each unless said otherwise. `slept` takes what was waited for, milliseconds. */
export function evaluated(
  role: Role,
  model: ChatModelPort = createOfflineModel(),
  { k = 1, set = evalSet, slept = [] as number[] } = {},
): Promise<Evaluated> {
  const sleep = async (ms: number) => void slept.push(ms);
  return evaluate(role, k, { model, digest: digestOf, prompts, set, offers: [true], sleep });
}
