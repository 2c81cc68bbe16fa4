import { z } from "zod";
import type { JsonObject } from "./json.ts";
import { KeptFinding, SourceRef } from "./evidence.ts";
import { Noticed } from "./noticed.ts";

/** A typed action that an agent wants: the tool that would act and its arguments. It is data; nothing runs from it. */
export type Action = { readonly tool: string; readonly args: JsonObject };

/** Compliance's word on a proposal. It can only tighten: `agree` never turns an escalation into an execution. */
export const Review = z.strictObject({
  verdict: z.enum(["agree", "escalate", "block"]),
  reasons: z.array(z.string().min(1).max(500)),
});
export type Review = z.infer<typeof Review>;

/** One model turn as the reasoning chain cites it; request and response are kept whole in the model ledger. */
export const TurnCitation = z.strictObject({
  turnKey: z.string(),
  role: z.enum(["intelligence", "orchestration", "compliance"]),
  model: z.string(),
  /** True for the deterministic offline model: its words are scripted reasoning, not a language model's. */
  offline: z.boolean(),
  /** Which of the role's prompts it worked under. Turns from before prompts had versions cite none. */
  prompt: z.strictObject({ name: z.string(), version: z.int().min(1) }).exactOptional(),
  /** Of all that the model was told first: the prompt, the function's guidance and the tool schemas. */
  promptDigest: z.string(),
  requestDigests: z.array(z.string()),
  /** The deterministic reasoner did it in place of a model that could not: which one, and the code of its fault. */
  standIn: z.strictObject({ for: z.string(), fault: z.string() }).exactOptional(),
});
export type TurnCitation = z.infer<typeof TurnCitation>;

/** Why an agent proposes what it proposes, as stated by the model, with the readings behind it. */
export const ReasoningChain = z.strictObject({
  findings: z.array(KeptFinding),
  sources: z.array(SourceRef),
  reasoning: z.string(),
  turns: z.array(TurnCitation),
  /**
   * `agents`: the three agents worked. `as-requested`: they could not, so the request itself is put to people.
   * `decide-service`: another system asked, and acts itself. `edited`: a person who was asked put other arguments in its place.
   */
  origin: z.enum(["agents", "as-requested", "follow-up", "decide-service", "edited"]),
  /** Absent where nothing was. */
  noticed: Noticed.exactOptional(),
});
export type ReasoningChain = z.infer<typeof ReasoningChain>;
