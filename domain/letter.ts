import { z } from "zod";

/** Why something was not simply done, for the partner whose request it is: sentences of the policy, without a figure of ours. */
export const Letter = z.strictObject({
  reasons: z.array(z.string()),
  /** What the partner could do so that it passes. */
  mend: z.array(z.string()),
});
export type Letter = z.infer<typeof Letter>;
