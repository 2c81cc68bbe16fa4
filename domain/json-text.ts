import { z } from "zod";

/** JSON as text, read: whatever it says. Anything else is a fault of its field. */
export const JsonText = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
});
