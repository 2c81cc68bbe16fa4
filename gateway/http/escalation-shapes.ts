import { z } from "@hono/zod-openapi";
import { Card } from "../../domain/card.ts";
import { escalationMoves, escalationStates, type EscalationMove } from "../../domain/escalation.ts";
import { provenances } from "../../domain/provenance.ts";
import { AdviceView } from "./escalation-advice.ts";
import { FormField } from "./escalation-form.ts";
import { timing } from "./escalation-reach.ts";
import { Iso, RuleView } from "./route.ts";

/** What a question looks like to who may answer it. */

type MayShape = { [M in EscalationMove]: z.ZodNullable<z.ZodString> };

/** What one person said of an escalation. */
export const GivenVerdict = z.object({
  verdict: z.enum(["approve", "reject"]),
  personId: z.string(),
  reason: z.string(),
  givenAt: Iso,
  undoneAt: Iso.nullable().openapi({ description: "when it was taken back; it does not count then" }),
});

/** A suspended decision waiting for a person. */
export const EscalationView = z
  .object({
    escalationId: z.string(),
    caseId: z.string(),
    decisionId: z.string(),
    functionId: z.string(),
    state: z.enum(escalationStates),
    /** One sentence: what is asked. */
    ask: z.string(),
    about: z
      .object({
        customer: z.string().nullable(),
        product: z.string().nullable(),
        money: z.object({ minor: z.int(), currency: z.string(), text: z.string(), what: z.string() }).nullable(),
      })
      .openapi({ description: "whom and what it is about, and what is at stake; null where what is asked names none" }),
    /** Why it is here: the decision's reason and every matching rule. */
    reason: z.string(),
    rules: z.array(RuleView),
    missing: z.array(z.string()),
    action: z.object({ tool: z.string(), args: z.record(z.string(), z.unknown()) }),
    wouldPass: z.array(z.object({ argument: z.string(), minor: z.int(), text: z.string() })).openapi({
      description:
        "what would pass without asking anybody, each all else as it is; an amount in minor units, and in words",
    }),
    editable: z.array(z.string()).openapi({ description: "arguments in whose place who answers may put others" }),
    /** An approval names this digest: it approves exactly this action and nothing else. */
    actionDigest: z.string(),
    facts: z.record(z.string(), z.unknown()),
    /** The same facts as people read them, in the units that the policy declares. */
    shownFacts: z.record(z.string(), z.string()),
    /** Other records to compare with what is asked, each side by side with it, and why it is shown. */
    beside: z.array(
      z.object({
        title: z.string(),
        reasons: z.array(z.string()),
        rows: z.array(z.object({ name: z.string(), asked: z.string(), other: z.string() })),
      }),
    ),
    /** Where facts come from; one that no policy declares is left out. */
    provenance: z.record(z.string(), z.enum(provenances)),
    sources: z.array(z.object({ source: z.string(), ref: z.string(), version: z.string(), observedAt: z.string() })),
    /** As stated by the model, labelled offline where it was. */
    reasoning: z.string(),
    noticed: z.array(z.string()).openapi({
      description:
        "what code noticed of how it came about, such as a model's proposal that was set aside; it decided nothing",
    }),
    requestedBy: z.string(),
    requester: z.enum(["person", "unresolved", "nobody"]).openapi({
      description:
        "`unresolved`: the directory knew nobody by `requestedBy`, and others are asked than would have been",
    }),
    requesterId: z.string().nullable().openapi({ description: "who that is; they do not answer it" }),
    level: z.int(),
    role: z.string(),
    version: z.int().openapi({ description: "every move makes another; `If-Match` names it" }),
    assignee: z.string().nullable().openapi({ description: "whom it was left to of those who may answer" }),
    heldUntil: Iso.nullable().openapi({ description: "until when it was put off" }),
    untilAt: Iso.nullable().openapi({
      description: "until when what was asked back is waited for, or an approval may be undone",
    }),
    dueAt: Iso,
    ...timing,
    openedAt: Iso,
    /** How many people must approve, and what was said so far, in order. */
    quorum: z.int(),
    approvals: z.array(GivenVerdict),
    /** The verdict that settled it. */
    verdict: GivenVerdict.nullable(),
  })
  .openapi("Escalation");
export type EscalationView = z.infer<typeof EscalationView>;

const Put = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** With what people did to it beside deciding it. */
export const EscalationShown = EscalationView.extend({
  moves: z.array(
    z.object({
      move: z.enum(escalationMoves),
      personId: z.string().nullable(),
      words: z.string().nullable(),
      to: z.string().nullable(),
      before: Put.nullable().openapi({ description: "what was there of what was edited" }),
      after: Put.nullable().openapi({ description: "what was put in its place" }),
      at: Iso,
    }),
  ),
  advice: AdviceView.nullable().openapi({
    description: "what past answers say of it, as of its opening; null without a policy",
  }),
  may: z
    .object(Object.fromEntries(escalationMoves.map((move) => [move, z.string().nullable()])) as MayShape)
    .openapi({ description: "by move, why who asks may not make it now; null where they may" }),
  form: z
    .array(FormField)
    .openapi({ description: "the fields in whose place who answers may put other values, and what stands there" }),
  card: Card.openapi("EscalationCard", {
    description: "the same as the console, the terminal and Slack show it; what is not there is named in `absent`",
  }),
}).openapi("EscalationShown");
export type EscalationShown = z.infer<typeof EscalationShown>;
