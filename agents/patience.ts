import type { TriedModel, TurnWork } from "../domain/model-call.ts";
import type { Role } from "../functions/definition.ts";
import { functionOf } from "../functions/index.ts";
import { watchedBy, type Bindings } from "./binding.ts";
import { createMeter, type Budget } from "./budget.ts";
import { AgentFault, type AgentFaultCode } from "./fault.ts";
import { RETRY_WAIT_MS, STEP_PATIENCE_MS, TURN_PATIENCE_MS } from "./limits.ts";
import type { CallWatch } from "./model-call.ts";
import type { ChatModelPort } from "./models/port.ts";
import { createPace, type Pace } from "./pace.ts";
import { createStanding, type Clock, type ModelStanding, type Standing } from "./standing.ts";
import type { DoneTurn, StepWatch, TurnInput } from "./turn.ts";

/** What stands behind a model that may be away. */
export type Patience = {
  readonly clock: Clock;
  /** Asked when the first does not answer. */
  readonly second?: ChatModelPort | undefined;
  /** Of each model, at most. Absent: as many as there are. */
  readonly callsPerMinute?: number | undefined;
  /** The deterministic reasoner, which does what no model did in time. */
  readonly standIn: ChatModelPort;
  readonly onStanding?: (standing: ModelStanding) => void;
  /** Bounds what calls that cost come to. Absent: nothing does. */
  readonly budget?: Budget;
};

/** Does a turn with a model's bindings. */
type Work<T> = (bindings: Bindings) => Promise<T>;

export type Turns = {
  run<T extends DoneTurn>(role: Role, turn: TurnInput, watch: StepWatch, work: Work<T>): Promise<T>;
};

/** A model that turns may ask. */
type Asked = {
  readonly port: ChatModelPort;
  readonly bindings: Bindings;
  readonly standing: Standing;
  readonly pace: Pace;
};

/** Turns of a model that is never away, or of whose faults somebody else takes care. */
export function plainTurns(bindings: Bindings): Turns {
  return { run: (_role, _turn, { signal }, work) => work(watchedBy(bindings, signal === undefined ? {} : { signal })) };
}

/**
 * Turns that wait for a model: `TURN_PATIENCE_MS` in all, over the first model and the second, with the supplier's own delays where they
 * fit in. Then the deterministic reasoner does it, and its citation says in whose place. A fault that would repeat is not waited out. A
 * turn that needs a model, and a review that the model refused to give, throw what the model failed with.
 */
export function patientTurns(
  model: ChatModelPort,
  { clock, second, standIn, callsPerMinute, onStanding = () => undefined, budget }: Patience,
  bindingsOf: (model: ChatModelPort) => Bindings,
): Turns {
  const models = [model, ...(second === undefined ? [] : [second])].map((port): Asked => {
    const standing = createStanding(port, clock, onStanding);
    return { port, bindings: bindingsOf(port), standing, pace: createPace(clock.now, callsPerMinute) };
  });
  const reasoner = bindingsOf(standIn);

  async function run<T extends DoneTurn>(role: Role, turn: TurnInput, watch: StepWatch, work: Work<T>): Promise<T> {
    const begunMs = clock.now();
    const meter = budget === undefined ? {} : { meter: createMeter(budget, clock.now, role, turn) };
    const wait = createWait(clock, watch, begunMs, meter);
    const tried: TriedModel[] = [];
    const done = ({ work: own, ...rest }: T, citation: T["citation"]): T => {
      const all: TurnWork = { ...own, tried, tookMs: Math.round(clock.now() - begunMs) };
      return { ...rest, citation, work: all } as T;
    };
    let left = models;
    for (let round = 0; ; round += 1) {
      const asked = await inTurn(left, { role, work, wait, tried });
      if (asked.kind === "done") return done(asked.turn, asked.turn.citation);
      left = asked.worthAnother;
      const lastMs = wait.untilMs() - clock.now() - RETRY_WAIT_MS.lastCall;
      if (left.length > 0 && lastMs > 0 && asked.waitMs <= lastMs) {
        const backOffMs = Math.min(RETRY_WAIT_MS.first * 2 ** round, RETRY_WAIT_MS.most, lastMs);
        await clock.sleep(Math.max(asked.waitMs, backOffMs), watch.signal);
        continue;
      }
      const { fault } = asked;
      const needsModel = functionOf(turn.functionId).agent.needsModel?.includes(role) === true;
      if (needsModel || isRefusedReview(role, fault)) {
        const { code, message, retryAfterMs } = fault;
        throw new AgentFault(code, message, { cause: fault, retryAfterMs, tried });
      }
      const turned = await work(watchedBy(reasoner, watch.signal === undefined ? {} : { signal: watch.signal }));
      return done(turned, { ...turned.citation, standIn: { for: model.name, fault: fault.code } });
    }
  }
  return { run };
}

/** What a model would not look at is for people to look at. */
function isRefusedReview(role: Role, { code }: AgentFault): boolean {
  return role === "compliance" && code === "MODEL_REFUSED";
}

type Round<T> =
  | { readonly kind: "done"; readonly turn: T }
  /** `fault`: the first model's. `waitMs`: until asking one of those that are left is worth it. */
  | { readonly kind: "none"; readonly fault: AgentFault; readonly worthAnother: Asked[]; readonly waitMs: number };

/** Asks the models one after the other, each once. */
async function inTurn<T>(
  models: readonly Asked[],
  { role, work, wait, tried }: { role: Role; work: Work<T>; wait: Wait; tried: TriedModel[] },
): Promise<Round<T>> {
  const worthAnother: Asked[] = [];
  let first: AgentFault | undefined;
  let waitMs = Infinity;
  for (const model of models) {
    const { port, bindings, standing, pace } = model;
    const isOver = wait.isOver() ? { fault: over(wait.cameLate), waitMs: Infinity } : undefined;
    const alone = isOver ?? standing.leftAlone();
    let fault = alone?.fault;
    const begunMs = wait.now();
    if (alone === undefined) {
      const attempt = wait.begin(pace);
      try {
        const turn = await work(watchedBy(bindings, attempt.watch));
        standing.answered();
        return { kind: "done", turn };
      } catch (error) {
        if (wait.isCancelled() || !(error instanceof AgentFault) || !error.isOfModel) throw error;
        fault = error;
        if (ofSupplier.has(error.code)) standing.failed(error, wait.now() - begunMs);
      } finally {
        attempt.end();
      }
    }
    if (fault === undefined) throw new Error("a model that was not asked has no fault");
    first ??= fault;
    note(tried, port.name, fault, alone === undefined ? wait.now() - begunMs : undefined);
    if (role === "compliance" && fault.code === "MODEL_REFUSED") break;
    if (!fault.retryable || standing.isLongAway()) continue;
    worthAnother.push(model);
    waitMs = Math.min(waitMs, alone?.waitMs ?? fault.retryAfterMs ?? 0);
  }
  if (first === undefined) throw new Error("there is no model to ask");
  return { kind: "none", fault: first, worthAnother, waitMs: worthAnother.length === 0 ? Infinity : waitMs };
}

/** Faults that say how the supplier stands, and not what it made of one turn. */
const ofSupplier: ReadonlySet<string> = new Set<AgentFaultCode>([
  "MODEL_RATE_LIMITED",
  "MODEL_UNAVAILABLE",
  "MODEL_KEY_REFUSED",
  "MODEL_UNKNOWN",
]);

/** A step that lay in the queue for so long says nothing of the model, which was not asked. */
function over(cameLate: boolean): AgentFault {
  if (cameLate) return new AgentFault("STEP_LATE", "no worker took the step up within its time for models");
  return new AgentFault("MODEL_WAIT_OVER", "the step has waited for models as long as it may");
}

/** The same again is counted, not told again. */
function note(tried: TriedModel[], model: string, { code: fault, message }: AgentFault, tookMs?: number): void {
  const last = tried.findLast((one) => one.model === model);
  const times = tookMs === undefined ? 0 : 1;
  const took = Math.round(tookMs ?? 0);
  if (last === undefined || last.fault !== fault || last.message !== message) {
    tried.push({ model, fault, message, times, tookMs: took });
    return;
  }
  tried[tried.indexOf(last)] = { ...last, times: last.times + times, tookMs: last.tookMs + took };
}

type Wait = ReturnType<typeof createWait>;

/** How long a turn waits yet. An answer begins the wait anew; a step's end is an end. */
function createWait(
  clock: Clock,
  { signal, onPiece, untilMs, cameLate = false }: StepWatch,
  begunMs: number,
  metered: Pick<CallWatch, "meter">,
) {
  const lastMs = untilMs ?? begunMs + STEP_PATIENCE_MS;
  let waitUntilMs = Math.min(begunMs + TURN_PATIENCE_MS, lastMs);
  const anew = () => {
    waitUntilMs = Math.min(clock.now() + TURN_PATIENCE_MS, lastMs);
  };
  return {
    now: clock.now,
    cameLate,
    untilMs: () => waitUntilMs,
    isOver: () => clock.now() >= lastMs,
    isCancelled: () => signal?.aborted === true,
    /** A turn's calls, each ended when nothing of it comes for as long as the turn waits yet, or the step's time is up. */
    begin(pace: Pace) {
      const ending = new AbortController();
      const end = (message: string) => () => ending.abort(new AgentFault("MODEL_UNAVAILABLE", message));
      let takeBack = () => {};
      const listen = (ms: number) => {
        takeBack();
        takeBack = clock.after(Math.max(0, ms), end("model fell silent"));
      };
      const takeBackEnd = clock.after(Math.max(0, lastMs - clock.now()), () =>
        ending.abort(new AgentFault("MODEL_WAIT_OVER", "model did not finish in the step's time")),
      );
      const watch = {
        ...metered,
        signal: signal === undefined ? ending.signal : AbortSignal.any([ending.signal, signal]),
        async onAsk() {
          const pausedMs = pace.next(waitUntilMs - clock.now());
          if (pausedMs > 0) await clock.sleep(pausedMs, watch.signal);
          listen(waitUntilMs - clock.now());
        },
        onPiece: () => {
          listen(TURN_PATIENCE_MS);
          onPiece?.();
        },
        onAnswer: () => {
          takeBack();
          anew();
        },
      };
      return {
        watch,
        end() {
          takeBack();
          takeBackEnd();
        },
      };
    },
  };
}
