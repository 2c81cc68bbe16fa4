import { isScalar, parseDocument } from "yaml";
import { parseAs, unitWords, writeUnit } from "../literals.ts";
import type { Param } from "../policy.ts";

/** A policy's text before and after a change of one line. `line` counts from 1. */
export type Patch = { readonly before: string; readonly after: string; readonly line: number };

/** An amount as a policy writes it: `18%`, `500000.00 USD`, `3`, `2026-07-01`, `24h`. */
export function writeAmount(param: Param, value: number): string {
  return String(writeUnit(param, value));
}

/**
 * The text of a policy file with another value of one parameter; every other character stays, comments too. Undefined
 * when the text does not hold the parameter as it is known, in one line.
 */
export function patchParam(text: string, param: Param, value: number): Patch | undefined {
  const node = parseDocument(text).getIn(["params", param.name, unitWords[param.kind]], true);
  if (!isScalar(node) || !node.range) return undefined;
  if (parseAs(param.kind, node.source ?? node.value)?.value !== param.value) return undefined;
  const [start, end] = node.range;
  const after = `${text.slice(0, start)}${writeAmount(param, value)}${text.slice(end)}`;
  return { before: text, after, line: text.slice(0, start).split("\n").length };
}

const CONTEXT = 3;

/** Lines of a text, the last one without what ends it. */
const linesOf = (text: string): readonly string[] => text.replace(/\n$/, "").split("\n");

/**
 * The change as a unified diff of one hunk that `patch -p1` and `git apply` take. `file` is relative to the project. Both
 * texts end with a line break, or neither changes its last line.
 */
export function unifiedDiff(file: string, { before, after }: Pick<Patch, "before" | "after">): string {
  const [old, changed] = [linesOf(before), linesOf(after)];
  const apart = old.findIndex((text, at) => text !== changed[at]);
  const first = apart < 0 ? old.length : apart;
  const most = Math.min(old.length, changed.length) - first;
  let same = 0;
  while (same < most && old.at(-1 - same) === changed.at(-1 - same)) same += 1;
  const from = Math.max(0, first - CONTEXT);
  const kept = Math.min(same, CONTEXT);
  const [gone, come] = [old.slice(first, old.length - same), changed.slice(first, changed.length - same)];
  const above = old.slice(from, first).map((text) => ` ${text}`);
  const below = old.slice(old.length - same, old.length - same + kept).map((text) => ` ${text}`);
  const shown = [...above, ...gone.map((text) => `-${text}`), ...come.map((text) => `+${text}`), ...below];
  const around = above.length + below.length;
  const place = (count: number) => `${from + 1},${around + count}`;
  return [`--- a/${file}`, `+++ b/${file}`, `@@ -${place(gone.length)} +${place(come.length)} @@`, ...shown, ""].join(
    "\n",
  );
}
