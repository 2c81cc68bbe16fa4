import { isScalar, parseDocument } from "yaml";
import { parseAs, writeDate, writeMoney, writePercent } from "../literals.ts";
import type { Param } from "../policy.ts";

/** A policy's text before and after a change of one line. `line` counts from 1. */
export type Patch = { readonly before: string; readonly after: string; readonly line: number };

/** An amount as a policy writes it: `18%`, `500000.00 USD`, `3`, `2026-07-01`. */
export function writeAmount(param: Param, value: number): string {
  switch (param.kind) {
    case "ppm":
      return writePercent(value);
    case "minor":
      return writeMoney(value, param.currency);
    case "date":
      return writeDate(value);
    case "number":
      return String(value);
  }
}

const units: { readonly [kind in Param["kind"]]: string } = {
  ppm: "percent",
  minor: "money",
  number: "number",
  date: "date",
};

/**
 * The text of a policy file with another value of one parameter; every other character stays, comments too. Undefined
 * when the text does not hold the parameter as it is known, in one line.
 */
export function patchParam(text: string, param: Param, value: number): Patch | undefined {
  const node = parseDocument(text).getIn(["params", param.name, units[param.kind]], true);
  if (!isScalar(node) || !node.range) return undefined;
  if (parseAs(param.kind, node.source ?? node.value)?.value !== param.value) return undefined;
  const [start, end] = node.range;
  const after = `${text.slice(0, start)}${writeAmount(param, value)}${text.slice(end)}`;
  return { before: text, after, line: text.slice(0, start).split("\n").length };
}

const CONTEXT = 3;

/** The change as a unified diff that `patch -p1` and `git apply` take. `file` is relative to the project. */
export function unifiedDiff(file: string, { before, after, line }: Patch): string {
  const [old, changed] = [before, after].map((text) => text.split("\n"));
  const from = Math.max(0, line - 1 - CONTEXT);
  const until = Math.min((old ?? []).length - (before.endsWith("\n") ? 1 : 0), line + CONTEXT);
  const shown = (old ?? []).slice(from, until).flatMap((text, at) => {
    return from + at === line - 1 ? [`-${text}`, `+${(changed ?? [])[line - 1] ?? ""}`] : [` ${text}`];
  });
  const place = `${from + 1},${until - from}`;
  return [`--- a/${file}`, `+++ b/${file}`, `@@ -${place} +${place} @@`, ...shown, ""].join("\n");
}
