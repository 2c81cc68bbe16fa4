import type { Evidence } from "../domain/evidence.ts";
import type { Noticed, SetAside } from "../domain/noticed.ts";
import { textMarks } from "../domain/text-mark.ts";

/** What code notices of a proposal's readings, and of what a model wanted otherwise. Nothing where there is nothing. */
export function noticedIn(
  evidence: readonly Evidence[],
  setAside: readonly SetAside[] = [],
): { readonly noticed?: Noticed } {
  const marks = evidence.flatMap(({ source, value }) => textMarks(source.source, value));
  return setAside.length + marks.length === 0 ? {} : { noticed: { setAside: [...setAside], marks } };
}
