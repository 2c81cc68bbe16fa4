import type { VersionedPolicy } from "../../deciding/policies.ts";
import type { WeighedTurn } from "../../releases/weigh.ts";
import { countsText, diffLines } from "./diff-text.ts";
import { turnHeading } from "./diff.ts";
import { findings, grouped, plural } from "./simulate-report.ts";

type Policies = { readonly [id: string]: VersionedPolicy };

/** Regions of a policy that are written out, and contradictions and open questions of each; the rest is counted. */
const REGIONS = 12;
const NAMED = 5;

/** What each policy becomes, loosened first, and what it would have made of recent history; for who signs for it. */
export function behaviourText(
  turns: readonly WeighedTurn[],
  { before, after }: { readonly before: Policies | undefined; readonly after: Policies },
): string {
  if (turns.length === 0) return "Every policy stays as it is.\n";
  const changes = turns.flatMap(({ diff }) => diff?.changes ?? []);
  const open = turns.filter(({ undecided }) => undecided.length > 0).map(({ policy }) => policy);
  const head = [
    turns.length === 1 ? "1 policy changes" : `${turns.length} policies change`,
    `regions: ${countsText(changes)}`,
    ...(open.length === 0 ? [] : [`not decided in ${open.join(", ")}: what is left open counts as loosening`]),
  ].join("; ");
  const lines = turns.flatMap((turn) => [
    turnHeading(turn),
    ...turnLines(turn, before?.[turn.policy], after[turn.policy]).map((line) => `  ${line}`),
  ]);
  return `${[head, ...lines].join("\n")}\n`;
}

function turnLines(
  turn: WeighedTurn,
  before: VersionedPolicy | undefined,
  after: VersionedPolicy | undefined,
): readonly string[] {
  const { diff, undecided, loosensBeside } = turn;
  const isWhole = before !== undefined && after !== undefined;
  const compared = diff === null || !isWhole ? [] : diffLines(before.policy, after.policy, diff, REGIONS);
  return [
    ...(diff === null ? undecided.map((why) => `not decided: ${why}`) : compared),
    ...(isWhole ? loosensBeside.map((reason) => `LOOSENING  beside what rules decide: ${reason}`) : []),
    ...recentLines(turn),
  ];
}

function recentLines({ recent }: WeighedTurn): readonly string[] {
  if (recent === null) return ["every request under it then goes to people"];
  const { since, taken, read, wholeSince, byOtherVersions, simulation } = recent;
  if (taken === 0) return [`recent history: nothing was decided under it since ${wholeSince}`];
  const which =
    read === taken ? plural(read, "decision") : `the latest ${grouped(read)} of ${plural(taken, "decision")}`;
  const { contradictions, pending } = simulation;
  const shown = { ...simulation, contradictions: contradictions.slice(0, NAMED), pending: pending.slice(0, NAMED) };
  return [
    `recent history: ${which} since ${since}: ${flipsText(simulation)}`,
    ...findings(shown).map((line) => `  ${line}`),
    ...moreLine(contradictions.length, "contradiction"),
    ...moreLine(pending.length, "open question"),
    ...(byOtherVersions === 0
      ? []
      : [`  ${grouped(byOtherVersions)} of them were decided under another version; what was decided is compared`]),
  ];
}

function moreLine(count: number, what: string): readonly string[] {
  return count > NAMED ? [`  and ${plural(count - NAMED, `more ${what}`)}`] : [];
}

/** `escalate → execute 12, execute → block 1, 28 unchanged`. */
function flipsText({ matrix, unchanged }: NonNullable<WeighedTurn["recent"]>["simulation"]): string {
  const verdicts = ["execute", "escalate", "block"] as const;
  const flips = verdicts.flatMap((from) =>
    verdicts.flatMap((to) => (from === to || matrix[from][to] === 0 ? [] : [{ from, to, count: matrix[from][to] }])),
  );
  // The way to more freedom comes first, as in the diff.
  const rank = ({ from, to }: (typeof flips)[number]) => verdicts.indexOf(to) - verdicts.indexOf(from);
  const told = flips
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ from, to, count }) => `${from} → ${to} ${grouped(count)}`);
  return [...told, `${grouped(unchanged.count)} unchanged`].join(", ");
}
