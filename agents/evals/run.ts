import type { Role } from "../../functions/definition.ts";
import { AgentFault } from "../fault.ts";
import { figuresOf, isPassed, type Figures, type Played } from "./figures.ts";
import { gradeOf } from "./grade.ts";
import { played, type PlayDeps } from "./play.ts";
import type { Task } from "./task.ts";

export type Evaluated = {
  readonly role: Role;
  readonly figures: Figures;
  /** What did not pass, a line per task and reason. */
  readonly failures: readonly string[];
};

export type EvalDeps = PlayDeps & {
  readonly set: readonly Task[];
  /** Whether each counter-offer on the labelled requests is right. */
  readonly offers: readonly boolean[];
  readonly sleep: (ms: number) => Promise<void>;
};

/** How often a model that is busy or away is asked again for one turn, and how long that waits where it does not say. */
const MAX_ATTEMPTS = 6;
const AGAIN_MS = 10_000;

/** Every task of a role, `k` times each, one after the other. Throws `AgentFault` when the model does not answer. */
export async function evaluate(role: Role, k: number, { set, offers, sleep, ...deps }: EvalDeps): Promise<Evaluated> {
  const own = set.filter(({ roles }) => roles === undefined || roles.includes(role));
  const tried = own.filter(({ needsLanguage }) => needsLanguage === undefined || !deps.model.offline);
  const done: Played[] = [];
  for (const task of tried) {
    const grades = [];
    for (let repetition = 1; repetition <= k; repetition += 1) {
      grades.push(gradeOf(task, await patiently(() => played(task, role, repetition, deps), sleep)));
    }
    done.push({ task, grades });
  }
  const failures = done
    .filter((one) => !isPassed(one))
    .flatMap(({ task, grades }) =>
      [...new Set(grades.flatMap(({ faults }) => faults))].map((why) => `${task.id}: ${why}`),
    );
  return { role, figures: figuresOf(role, done, { untried: own.length - tried.length, offers }), failures };
}

async function patiently<T>(ask: () => Promise<T>, sleep: EvalDeps["sleep"]): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AgentFault) || !error.retryable || attempt === MAX_ATTEMPTS) throw error;
      await sleep(error.retryAfterMs ?? AGAIN_MS);
    }
  }
}
