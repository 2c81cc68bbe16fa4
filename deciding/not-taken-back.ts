import type { Instead } from "../workflows/activities.ts";

/** Something keeps a question from being taken back: the transaction that would have done it leaves nothing. */
export class NotTakenBack extends Error {
  readonly why: Exclude<Instead, "decided">;

  constructor(why: NotTakenBack["why"]) {
    super(`the question is not taken back: ${why}`);
    this.name = "NotTakenBack";
    this.why = why;
  }
}
