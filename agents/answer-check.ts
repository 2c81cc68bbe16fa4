import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import { cleanText, mapText } from "./clean-text.ts";
import type { ModelAnswer } from "./model-answer.ts";

/** Problems are told to the model, shortened to this. */
const MAX_PROBLEM_CHARS = 600;

export type Checked<T> =
  | { readonly kind: "good"; readonly value: T }
  | { readonly kind: "bad"; readonly problem: string };

/** The one tool by which a role answers, and what its arguments must be. */
export type AnswerForm<T> = {
  readonly tool: string;
  readonly schema: z.ZodType<T>;
  /** A problem that the schema cannot see, in words for the model. */
  readonly objection?: (value: T) => string | undefined;
};

/** A model's answer, or what is wrong with it. Its strings are normalised first: hidden characters do not pass. */
export function checkAnswer<T>(form: AnswerForm<T>, { calls, stopReason }: ModelAnswer): Checked<T> {
  if (stopReason === "max_tokens") return bad("the answer was cut at its length limit; answer again, shorter");
  const [call, ...others] = calls;
  if (call === undefined) return bad(`answer by calling \`${form.tool}\``);
  if (others.length > 0) return bad(`call \`${form.tool}\` once and nothing else`);
  if (call.name !== form.tool) return bad(`there is no such tool; answer by calling \`${form.tool}\``);
  if (call.args === undefined) return bad("the arguments are not a JSON object");
  const parsed = form.schema.safeParse(cleaned(call.args));
  if (!parsed.success) return bad(z.prettifyError(parsed.error));
  const objection = form.objection?.(parsed.data);
  return objection === undefined ? { kind: "good", value: parsed.data } : bad(objection);
}

function cleaned(args: JsonObject): JsonObject {
  return mapText(args, cleanText);
}

function bad(problem: string): { readonly kind: "bad"; readonly problem: string } {
  return { kind: "bad", problem: problem.slice(0, MAX_PROBLEM_CHARS) };
}
