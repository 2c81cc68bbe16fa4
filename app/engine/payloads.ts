import { z } from "zod";
import { modes } from "../../domain/decision-details.ts";
import { agreementStates } from "../../domain/agreement.ts";
import { outcomeKinds } from "../../domain/outcome.ts";
import { endCodes, refusalCodes } from "../../domain/refusal.ts";
import { replyWords } from "../../domain/reply.ts";
import type {
  ActActivities,
  AgentActivities,
  LedgerActivities,
  ScheduledActivities,
} from "../../workflows/activities.ts";
import type * as choreographies from "../../workflows/index.ts";

/**
 * Every payload that the durable engine is given, by where it stands: ids, digests, times and words of closed lists; never a text of
 * a record, a reason or a person. Tests hold what is really sent against it.
 */

const Company = z.string().regex(/^[a-z][a-z0-9-]{0,38}$/);
/** Written in our own code or policies: a function, action, step, tool, role, template. */
const Word = z.string().regex(/^[a-z][A-Za-z0-9.:-]{0,119}$/);
/** Made here of other names, or another system's own name for an object. */
const Id = z.string().regex(/^[^\s\p{C}]{1,600}$/u);
const Key = Id.or(z.literal(""));
const Digest = z.string().regex(/^[0-9a-f]{64}$/);
const EffectKey = z.string().regex(/^[0-9a-f]{64}(?:~\d+)?$/);
const Instant = z.iso.datetime();
const Day = z.iso.date();
const Named = <T extends z.ZodType>(value: T) => z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9.-]{0,59}$/), value);
const Occasion = z.string().regex(/^[a-z0-9-]{0,60}$/);
const Nothing = z.undefined().or(z.null());
const RefusalCode = z.enum(refusalCodes);

const caseInput = {
  company: Company,
  functionId: Word,
  objectType: z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/),
  objectId: Id,
};
const CaseInput = z.strictObject(caseInput);
const StepOfAction = { step: Word, action: Word };
const GovernedCaseInput = z.strictObject({
  ...caseInput,
  ...StepOfAction,
  takeBack: z.strictObject(StepOfAction).optional(),
  othersWait: z.literal(true).optional(),
});
const workRef = { ...caseInput, caseId: Id, eventId: Id, gone: z.literal(true).optional() };
const WorkRef = z.strictObject(workRef);
const StepRef = z.strictObject({ ...workRef, action: Word.or(z.literal("")), stepKey: Id, reportsStep: Key });
const News = z.strictObject({ eventId: Id, gone: z.literal(true).optional() });

const EventRef = z.strictObject({
  eventId: Id,
  company: Company,
  functionId: Word,
  source: Word,
  system: Word,
  objectType: caseInput.objectType,
  objectId: Id,
  occurredAt: Instant,
  receivedAt: Instant,
  gone: z.literal(true).optional(),
  tells: z.strictObject({ template: Word, occasion: Occasion }).optional(),
});

const OutcomeKind = z.enum(outcomeKinds);

const Because = z.union([
  z.strictObject({ code: z.enum(endCodes) }),
  z.strictObject({ code: z.literal("as-before"), decisionId: Id }),
  z.strictObject({ code: z.literal("first-date"), on: Instant }),
  z.strictObject({ code: RefusalCode, stepKey: Key, decisionId: Key }),
]);
const EndedStep = z.strictObject({
  step: Word,
  kind: z.enum([...OutcomeKind.options, "idle"]),
  because: Because.optional(),
});

const Permit = z.strictObject({
  permitId: Id,
  company: Company,
  caseId: Id,
  decisionId: Id,
  tool: Word,
  decidedAt: Instant,
  actionDigest: Digest,
  effectKey: EffectKey,
});
const Route = z.strictObject({
  id: Word,
  quorum: z.int().min(1),
  levels: z.array(z.strictObject({ role: Word, slaMs: z.int().min(0) })),
  unresolved: z.enum(["up", "two"]).optional(),
  clock: z.literal("always").optional(),
  region: Word.optional(),
});
const following = { owes: z.array(Word).optional(), tells: z.literal(false).optional() };
const Escalate = z.strictObject({
  kind: z.literal("escalate"),
  decisionId: Id,
  actionDigest: Digest,
  requester: Digest.optional(),
  route: Route,
  forOutage: z.literal(true).optional(),
  mendable: z.literal(true).optional(),
  ...following,
});
const DecisionRef = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("execute"), decisionId: Id, permit: Permit, ...following }),
  Escalate,
  z.strictObject({ kind: z.literal("block"), decisionId: Id, ...following }),
  z.strictObject({ kind: z.literal("already-done"), decisionId: Id, ...following }),
  z.strictObject({ kind: z.literal("unknown"), decisionId: Id, ...following }),
  z.strictObject({
    kind: z.literal("withheld"),
    decisionId: Id,
    mode: z.enum(modes),
    ...following,
  }),
  z.strictObject({ kind: z.literal("stale") }),
  z.strictObject({ kind: z.literal("moot") }),
  z.strictObject({ kind: z.literal("refused"), code: RefusalCode }),
]);

const FollowUp = z.strictObject({
  step: StepRef,
  reports: Word.or(z.literal("")),
  outcome: OutcomeKind.or(z.enum(["asked-back", "put-to-people"])),
  refusal: RefusalCode.optional(),
});
const Message = z.strictObject({
  step: StepRef,
  template: Word,
  occasion: Occasion,
});
const CaseEnd = z.strictObject({ kind: z.literal("end"), step: StepRef, outcomes: z.array(EndedStep) });
const Afterwards = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("follow-up"), followUp: FollowUp, ending: CaseEnd.optional() }),
  CaseEnd,
]);
const otherEffectOutcomes = [
  z.strictObject({ kind: z.literal("unknown") }),
  z.strictObject({ kind: z.literal("stale") }),
  z.strictObject({ kind: z.literal("moot") }),
  z.strictObject({ kind: z.literal("refused"), code: RefusalCode }),
] as const;
const EffectOutcome = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("done"),
    decided: DecisionRef.optional(),
    followed: z
      .discriminatedUnion("kind", [z.strictObject({ kind: z.literal("done") }), ...otherEffectOutcomes])
      .optional(),
  }),
  ...otherEffectOutcomes,
]);

const EscalationState = z.union([
  z.strictObject({ kind: z.literal("waiting"), level: z.int().min(0), slaMs: z.int().min(0), dueAt: Instant }),
  z.strictObject({ kind: z.enum(["paused", "committing"]), level: z.int().min(0), until: Instant }),
  z.strictObject({ kind: z.enum(["approved", "rejected"]), approvalId: Id }),
  z.strictObject({ kind: z.enum(["edited", "expired", "superseded", "withdrawn"]) }),
]);
const Reply = z.enum(replyWords);
const ReplyStanding = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("waiting"), deadline: Instant }),
  z.strictObject({ kind: z.literal("answered"), answer: Reply }),
  z.strictObject({ kind: z.literal("lapsed"), late: Reply.nullable() }),
  z.strictObject({ kind: z.literal("withdrawn") }),
]);
const Correlation = z.string().regex(/^[A-Za-z0-9._/-]{1,200}$/);
const Awaited = z.strictObject({ correlation: Correlation, deadline: Instant });
const Terms = z.strictObject({ partners: z.array(Company), role: Word, expiresAt: Instant });
const Agreement = z.enum(agreementStates);

const CasePlan = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("plan"),
    state: Word.or(z.literal("")),
    anchors: Named(Instant),
    deadlines: Named(Instant),
    correlations: Named(Correlation),
    endsBy: Instant,
    asks: Named(Digest),
    done: Named(z.strictObject({ digest: Digest, on: Day })),
    told: z.array(z.string().regex(/^[a-z0-9./-]{1,120}$/)),
  }),
  z.strictObject({
    kind: z.literal("unreadable"),
    code: RefusalCode,
    ask: Word.optional(),
    gone: z.literal(true).optional(),
  }),
]);

const carried = {
  event: EventRef,
  newestAt: Instant.or(z.literal("")),
  seen: z.array(Id),
  ended: z.array(EndedStep),
  rounds: Named(z.int().min(1)),
  ownSteps: z.int().min(0),
};
const Course = z.strictObject({
  put: z.array(z.string().regex(/^[A-Za-z0-9.:/-]{1,200}$/)),
  awaited: Named(z.strictObject({ correlation: Correlation.or(z.literal("")), about: Key, state: ReplyStanding })),
  endsBy: Instant.optional(),
});

const ScheduledRef = { company: Company, functionId: Word, work: Word };
const place = { at: Instant.or(z.literal("")), after: Key };
const Counts = Named(z.int().min(0));

/** Arguments and answer of a call. */
type Call = { readonly args: z.ZodType; readonly answer: z.ZodType };
const call = (args: readonly z.ZodType[], answer: z.ZodType): Call => ({
  args: z.tuple(args as [z.ZodType, ...z.ZodType[]]),
  answer,
});

type Activities = LedgerActivities & AgentActivities & ActActivities & ScheduledActivities;

const datedCase: Call = {
  args: z.union([z.tuple([CaseInput]), z.tuple([CaseInput, z.strictObject({ ...carried, course: Course })])]),
  answer: Nothing,
};

export const payloads = {
  workflows: {
    coSellingCase: datedCase,
    governedCase: {
      args: z.union([z.tuple([GovernedCaseInput]), z.tuple([GovernedCaseInput, z.strictObject(carried)])]),
      answer: z.strictObject({ outcomes: z.array(OutcomeKind) }),
    },
    renewalCase: datedCase,
    scheduledRun: {
      args: z.union([
        z.tuple([z.strictObject({ ...ScheduledRef, at: Instant.optional() })]),
        z.tuple([
          z.strictObject({ ...ScheduledRef, at: Instant.optional() }),
          z.strictObject({ ...place, counts: Counts }),
        ]),
      ]),
      answer: z.strictObject({ at: Instant, counts: Counts }),
    },
  } satisfies { readonly [K in keyof typeof choreographies]: Call },
  signals: {
    eventArrived: z.tuple([EventRef]),
    replyArrived: z.tuple([z.strictObject({ correlation: Correlation })]),
    agreementChanged: z.tuple([z.strictObject({ agreementId: Id })]),
    questionMoved: z.tuple([z.strictObject({ escalationId: Id })]),
  },
  updates: {
    deliverVerdict: call(
      [z.strictObject({ escalationId: Id, actionDigest: Digest, person: Digest, role: Word })],
      z.strictObject({ accepted: z.literal(true) }),
    ),
  },
  activities: {
    proposeByAgents: call([StepRef, Instant], Nothing),
    proposeAsRequested: call(
      [StepRef, Instant],
      z.union([
        z.strictObject({ kind: z.enum(["proposed", "moot"]) }),
        z.strictObject({ kind: z.literal("nothing"), code: RefusalCode }),
      ]),
    ),
    decide: call([StepRef, z.int().min(1), Id.nullable(), Instant], DecisionRef),
    decideFollowUp: call([FollowUp, Instant], DecisionRef),
    decideTakeBack: call([StepRef, Instant], DecisionRef),
    decideMessage: call([Message, Instant], DecisionRef),
    openEscalation: call([StepRef, Escalate, Instant], z.strictObject({ escalationId: Id, state: EscalationState })),
    readEscalation: call([Company, Id], EscalationState),
    raiseEscalation: call([Company, Id, z.int().min(0), Instant], EscalationState),
    passEscalation: call([Company, Id, Instant], EscalationState),
    supersedeEscalation: call([Company, Id, z.literal("newer-event"), Instant], EscalationState),
    decideInstead: call([StepRef, Id, Instant], z.enum(["decided", "away", "stands"])),
    setAside: call([StepRef, News, Instant], z.boolean()),
    planCase: call([WorkRef, Instant], CasePlan),
    expectReply: call([z.strictObject({ company: Company, caseId: Id }), Awaited, Instant], ReplyStanding),
    readReply: call([Company, Correlation], ReplyStanding),
    lapseReply: call([Company, Correlation, Instant], ReplyStanding),
    withdrawReply: call([Company, Correlation, Instant], ReplyStanding),
    askSides: call([StepRef, Terms, Instant], z.strictObject({ agreementId: Id, state: Agreement })),
    readAgreement: call([Company, Id], Agreement),
    lapseAgreement: call([Company, Id, Instant], Agreement),
    withdrawAgreement: call([StepRef, Instant], Agreement),
    openCase: call(
      [WorkRef, z.strictObject({ functionId: Word, objectId: Id }), Instant],
      z.strictObject({ caseId: Id }),
    ),
    tellWaiting: call([WorkRef.or(StepRef), Instant], Nothing.or(z.int().min(0))),
    endCase: call([WorkRef.or(StepRef), z.array(EndedStep), Instant], Nothing),
    act: call([Permit, Word, Afterwards.nullable(), Instant], EffectOutcome),
    runPage: call(
      [z.strictObject(ScheduledRef), z.strictObject(place)],
      z.strictObject({ at: Instant, next: Id.nullable(), isFull: z.boolean(), counts: Counts }),
    ),
  } satisfies { readonly [K in keyof Activities]: Call },
  /** What a failure says: a code, and no text beside it. */
  failure: z.string().regex(/^[A-Z][A-Z0-9_]{1,79}$/),
} as const;
