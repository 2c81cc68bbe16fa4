import {
  ApplicationFailure,
  condition,
  defineSignal,
  defineUpdate,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { EventRef } from "../domain/event.ts";
import type { EscalationState } from "../domain/escalation.ts";
import type { DecisionRef, StepRef, ToldMeanwhile } from "./activities.ts";
import { askOccasion } from "../domain/ask-occasion.ts";
import { AGENTS_BACK } from "../temporal.config.ts";
import { now } from "./clock.ts";
import { decideInstead } from "./proposing.ts";
import { ledger } from "./proxies.ts";

/** A person's verdict, already durable in the ledger. It only wakes the case: what counts is read again from there. */
export type VerdictMessage = {
  readonly escalationId: string;
  readonly actionDigest: string;
  /** Who gave it, as a digest. */
  readonly person: string;
  readonly role: string;
};

export const deliverVerdict = defineUpdate<{ accepted: true }, [VerdictMessage]>("deliverVerdict");

/** Somebody moved the question otherwise, and that is durable: asked back, said back, undid, withdrew. It only wakes the case. */
export type QuestionMessage = { readonly escalationId: string };

export const questionMoved = defineSignal<[QuestionMessage]>("questionMoved");

type Pending = {
  readonly escalationId: string;
  readonly actionDigest: string;
  readonly requester: string | undefined;
  /** Roles that may answer at the present level or above. */
  roles: readonly string[];
  woken: boolean;
};

/** How a question stands, as it is told. `about`: of what was asked back, which one and whether it waits; else empty. */
export type Told = { readonly what: ToldMeanwhile; readonly about: string };

/** Tells whoever asked how the question stands, by what its decision owes. It asks nobody, and a question goes on meanwhile. */
export type Telling = (told: Told, owes: readonly string[]) => Promise<void>;

/** What a question goes along with. */
export type Asking = { readonly nextStep?: NextStep | undefined; readonly telling?: Telling | undefined };

/** What came for the case while it asks. */
export type Arrivals = {
  readonly isThere: () => boolean;
  readonly newest: () => EventRef | undefined;
  readonly drop: () => void;
};

/** The one question a case may be asking at a time, and what came meanwhile: it may make the question moot. */
export type EscalationDesk = { pending: Pending | undefined; readonly arrivals: Arrivals };

type Waiting = Extract<EscalationState, { kind: "waiting" | "paused" | "committing" }>;

/** What only an outage asked was decided without people, under another step. */
type TakenBack = { readonly kind: "taken-back"; readonly anew: StepRef };
type Answer = Exclude<EscalationState, Waiting> | TakenBack;

/** Names a step under which the same is proposed anew. */
export type NextStep = () => StepRef;

/** When a question that only an outage asked is looked at again, how often it was, and the step under which it is. */
type Again = { readonly nextStep: NextStep; step: StepRef | undefined; times: number; atMs: number };

function isWaiting(state: EscalationState | TakenBack): state is Waiting {
  return state.kind === "waiting" || state.kind === "paused" || state.kind === "committing";
}

/** Registers the Update before the first await. Its validator turns away what cannot be meant for the open question. */
export function openDesk(arrivals: Arrivals): EscalationDesk {
  const desk: EscalationDesk = { pending: undefined, arrivals };
  setHandler(
    deliverVerdict,
    () => {
      if (desk.pending !== undefined) desk.pending.woken = true;
      return { accepted: true as const };
    },
    { validator: (message) => validateVerdict(desk.pending, message) },
  );
  setHandler(questionMoved, ({ escalationId }) => {
    if (desk.pending?.escalationId === escalationId) desk.pending.woken = true;
  });
  return desk;
}

/** Throws a non-retryable failure that names why. A rejected Update writes no history. */
export function validateVerdict(pending: Pending | undefined, message: VerdictMessage): void {
  const no = (reason: string) => ApplicationFailure.nonRetryable(reason, "VERDICT_REJECTED");
  if (pending === undefined) throw no("nothing waits for a verdict");
  if (message.escalationId !== pending.escalationId) throw no("another question is open");
  if (message.actionDigest !== pending.actionDigest) throw no("the action is not the one that was shown");
  if (message.person === pending.requester) throw no("a request is never answered by who made it");
  if (!pending.roles.includes(message.role)) throw no("the role may not answer at this level");
}

/**
 * Asks people, rung by rung, until the ledger holds an answer. Silence climbs; the last level's silence denies. What only an outage
 * asks is looked at again now and then, and taken back once it can be decided without them.
 */
export async function escalate(
  step: StepRef,
  decision: Extract<DecisionRef, { kind: "escalate" }>,
  desk: EscalationDesk,
  { nextStep, telling }: Asking = {},
): Promise<{ escalationId: string; answer: Answer }> {
  const opened = await ledger().openEscalation(step, decision, now());
  const { escalationId } = opened;
  const { actionDigest, requester, route } = decision;
  const rolesFrom = (level: number) => route.levels.slice(level).map(({ role }) => role);
  const pending: Pending = { escalationId, actionDigest, requester, roles: rolesFrom(0), woken: false };
  desk.pending = pending;
  let state: EscalationState | TakenBack = opened.state;
  const told: Promise<Tried>[] = [];
  const tell = (what: ToldMeanwhile, about = "") =>
    told.push(tried(async () => telling?.({ what, about }, decision.owes ?? []), told.at(-1)));
  if (decision.mendable === true && telling !== undefined && patched("what-mends-is-told")) tell("put-to-people");
  const again = decision.forOutage === true && nextStep !== undefined ? firstLook(nextStep) : undefined;
  while (isWaiting(state)) {
    pending.roles = rolesFrom(state.level);
    setCurrentDetails(`waiting for ${pending.roles[0] ?? "nobody"}`);
    const before = state;
    state = await waitThere(step, before, pending, desk, again);
    const asked = askedBackTold(before, state);
    if (telling !== undefined && asked !== undefined && patched("asked-back-is-told")) tell("asked-back", asked);
  }
  desk.pending = undefined;
  for (const { fault } of await Promise.all(told)) if (fault !== undefined) throw fault;
  setCurrentDetails("");
  return { escalationId, answer: state };
}

/**
 * Something was asked back, asked again, or what was is settled and the question goes on: the occasion on which it is told, by the
 * instant until which it waits, which tells one asking from the next. Undefined where nothing of that is new.
 */
function askedBackTold(before: Waiting, state: EscalationState | TakenBack): string | undefined {
  if (state.kind === "paused") {
    const isNew = before.kind !== "paused" || before.until !== state.until;
    return isNew ? askOccasion("asked", state.until) : undefined;
  }
  return before.kind === "paused" && state.kind === "waiting" ? askOccasion("settled", before.until) : undefined;
}

/** How work ended that nobody waits for yet: its fault is kept until somebody does. */
type Tried = { readonly fault?: unknown };

async function tried(work: () => Promise<void>, before: Promise<Tried> | undefined): Promise<Tried> {
  try {
    await before;
    await work();
    return {};
  } catch (fault) {
    return { fault };
  }
}

/** Waits until something moves the question, or its time is up: a level's, that for an answer, or that for undoing. */
async function waitThere(
  step: StepRef,
  state: Waiting,
  pending: Pending,
  desk: EscalationDesk,
  again: Again | undefined,
): Promise<EscalationState | TakenBack> {
  const { arrivals } = desk;
  const { escalationId } = pending;
  const upMs = timeUpMs(state);
  for (;;) {
    const leftMs = upMs - Date.parse(now());
    if (leftMs <= 0) return timeIsUp(step.company, escalationId, state);
    const againMs = state.kind === "waiting" && again !== undefined ? again.atMs - Date.parse(now()) : Infinity;
    await condition(() => pending.woken || arrivals.isThere(), Math.max(1, Math.min(leftMs, againMs)));
    if (pending.woken) {
      pending.woken = false;
      return ledger().readEscalation(step.company, escalationId);
    }
    if (arrivals.isThere() && !(await isSetAside(step, arrivals))) {
      return ledger().supersedeEscalation(step.company, escalationId, "newer-event", now());
    }
    if (againMs < leftMs && again !== undefined && Date.parse(now()) >= again.atMs) {
      const anew = await lookAgain(again, escalationId);
      if (anew !== undefined) return { kind: "taken-back", anew };
    }
  }
}

function firstLook(nextStep: NextStep): Again {
  return { nextStep, step: undefined, times: 0, atMs: Date.parse(now()) + AGENTS_BACK.firstMs };
}

/**
 * The step under which it was decided without people, if it was. Else it is looked at again after twice as long, under the same step:
 * what agents came to propose once is not asked of them until it pleases.
 */
async function lookAgain(again: Again, escalationId: string): Promise<StepRef | undefined> {
  again.step ??= again.nextStep();
  const came = await decideInstead(again.step, escalationId);
  if (came === "decided") return again.step;
  again.times = came === "away" ? again.times + 1 : AGENTS_BACK.times;
  const waitMs = Math.min(AGENTS_BACK.firstMs * 2 ** again.times, AGENTS_BACK.mostMs);
  again.atMs = again.times < AGENTS_BACK.times ? Date.parse(now()) + waitMs : Infinity;
  return undefined;
}

/** A level's time is as the ledger has it: what stood still moved it. Cases that ran before count it from here. */
function timeUpMs(state: Waiting): number {
  if (state.kind !== "waiting") return Date.parse(state.until);
  return state.dueAt === undefined ? Date.parse(now()) + state.slaMs : Date.parse(state.dueAt);
}

function timeIsUp(company: string, escalationId: string, state: Waiting): Promise<EscalationState> {
  if (state.kind === "waiting") return ledger().raiseEscalation(company, escalationId, state.level, now());
  return ledger().passEscalation(company, escalationId, now());
}

/**
 * Only what was read and shown counts as changed: what tells nothing new of that leaves the question open, unless the case has to
 * begin a new history, which it does between two events.
 */
async function isSetAside(step: StepRef, arrivals: Arrivals): Promise<boolean> {
  const news = arrivals.newest();
  if (news === undefined || workflowInfo().continueAsNewSuggested || !patched("news-is-what-was-read")) return false;
  // A text goes out whatever the record says, and the work on it looks at the record anew.
  if (news.tells !== undefined) return false;
  const { eventId, gone } = news;
  const isNothingNew = await ledger().setAside(step, gone === true ? { eventId, gone } : { eventId }, now());
  if (isNothingNew && arrivals.newest() === news) arrivals.drop();
  return isNothingNew;
}
