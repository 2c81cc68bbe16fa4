import { z } from "zod";
import type { Envelope } from "../../domain/audit-record.ts";

const EscalationFields = z.looseObject({
  escalationId: z.string(),
  decisionId: z.string(),
  change: z.string().optional(),
  undoes: z.string().optional(),
});
const ApprovalFields = z.looseObject({
  escalationId: z.string(),
  approvalId: z.string(),
  verdict: z.enum(["approve", "reject"]),
  missing: z.int().nonnegative(),
});

/** A decision as its envelope tells it. `action`: the keyed digest of what was decided; `by`: who asked. */
export type Decided = {
  readonly stepKey: string;
  readonly approvalId: string | null;
  readonly permitId: string | null;
  readonly verdict: string;
  readonly action: string | undefined;
  readonly by: string;
};

type Approved = z.infer<typeof ApprovalFields> & { readonly action: string | undefined; readonly by: string };

/** Questions and answers of people, as far as a log was read. */
export type Approvals = {
  /** Takes a record of an escalation or an approval in; answers what is wrong with it. */
  add(envelope: Envelope): string | undefined;
  /** Why the permit of an escalated decision is none; undefined when people gave it. */
  faultOf(decision: Decided, decisions: ReadonlyMap<string, Decided>): string | undefined;
  /** Whether somebody put other values in place of what a question asks. */
  isEdited(escalationId: string): boolean;
};

export function approvalsSeen(): Approvals {
  /** The decision that each escalation asks about. */
  const questions = new Map<string, string>();
  const edited = new Set<string>();
  const answers = new Map<string, Approved[]>();
  const byId = new Map<string, Approved>();

  /** An approval that was taken back before it counted is none. */
  function undone({ escalationId, undoes = "" }: z.infer<typeof EscalationFields>): string | undefined {
    const given = answers.get(escalationId) ?? [];
    if (byId.get(undoes)?.escalationId !== escalationId) return "no earlier record gives the approval that it undoes";
    answers.set(
      escalationId,
      given.filter(({ approvalId }) => approvalId !== undoes),
    );
    byId.delete(undoes);
    return undefined;
  }

  function answered({ fields, action, actor }: Envelope): string | undefined {
    const read = ApprovalFields.safeParse(fields).data;
    if (read === undefined) return "an approval without its question and verdict";
    const approved = { ...read, action, by: actor.ref };
    answers.set(read.escalationId, [...(answers.get(read.escalationId) ?? []), approved]);
    byId.set(read.approvalId, approved);
    return questions.has(read.escalationId) ? undefined : "no earlier record asks the question that it answers";
  }

  return {
    add(envelope) {
      if (envelope.kind === "approval") return answered(envelope);
      const read = EscalationFields.safeParse(envelope.fields).data;
      if (read === undefined) return "an escalation without its ids";
      if (read.change === "undone") return undone(read);
      if (read.change === "edited") edited.add(read.escalationId);
      questions.set(read.escalationId, read.decisionId);
      return undefined;
    },
    isEdited: (escalationId) => edited.has(escalationId),
    faultOf({ approvalId, stepKey, action, by }, decisions) {
      const last = byId.get(approvalId ?? "");
      if (last === undefined) return `it gives a permit on approval \`${approvalId}\`, which no earlier record gives`;
      const asked = decisions.get(questions.get(last.escalationId) ?? "");
      if (asked?.stepKey !== stepKey) return "the approval that it names answers no question of this step";
      if (last.verdict !== "approve" || last.missing > 0) return "the approval that it names does not let it pass";
      const given = (answers.get(last.escalationId) ?? []).filter(({ verdict }) => verdict === "approve");
      if (asked.action !== action || given.some((one) => one.action !== action)) return "another action was approved";
      const needed = (given[0]?.missing ?? 0) + 1;
      if (given.length < needed) return `${needed} people had to approve it, and ${given.length} did`;
      if (new Set(given.map((one) => one.by)).size < given.length) return "one person approved it twice";
      return given.some((one) => one.by === by) ? "who asked for it approved it" : undefined;
    },
  };
}
