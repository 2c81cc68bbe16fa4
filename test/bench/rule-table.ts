import type { RuleScale, RuleScaleRow } from "./rule-scale.ts";

const figure = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

function tableOf({ rules, matches, compiledKib, entries }: RuleScaleRow): string {
  const head = ["CPU µs per decision", "µs", "of ifs", "of ours", "prepared in", "compared"];
  const lines = entries.map(({ name, cpuUs, overHandWritten, overCompiled, prepareMs, compared }) => [
    name,
    figure(cpuUs),
    `${figure(overHandWritten)}x`,
    `${figure(overCompiled)}x`,
    `${prepareMs} ms`,
    String(compared),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at]?.length ?? 0)));
  const aligned = [head, ...lines].map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
  );
  const title = `${rules} rules, ${matches} of them match; the compiled form occupies ${compiledKib} KiB`;
  return [title, ...aligned.map((line) => `  ${line}`)].join("\n");
}

/** A table per number of rules, and what could not be measured here. */
export function ruleTable({ name, rows, skipped }: RuleScale): string {
  const missing = skipped.map((peer) => `${name}: ${peer.name} is left out, it does not load here: ${peer.why}`);
  return [...rows.map((row) => `${name}, ${tableOf(row)}`), ...missing].join("\n");
}
