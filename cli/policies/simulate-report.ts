import { formatMinor } from "../../domain/money.ts";
import type { RuleAgreement, Share } from "../../guardrails/simulate/agreement.ts";
import { shareTexts } from "../../domain/shares.ts";
import type { Flip } from "../../guardrails/simulate/flips.ts";
import type { Simulation } from "../../guardrails/simulate/simulate.ts";
import { writeTable } from "../table.ts";

const verdicts = ["execute", "escalate", "block"] as const;

const changes = ["loosening", "tightening", "unchanged"] as const;

/** Flips that a report shows. */
const TOP = 10;
/** Ids that a line names before it says how many more there are. */
const NAMED = 5;

export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
export const plural = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;

function listedIds(ids: readonly string[]): string {
  const more = ids.length - NAMED;
  return `${ids.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${grouped(more)} more` : ""}`;
}

/** `loosening 37 (0.2 %), tightening 0 (0 %), unchanged 18,463 (99.8 %)`. */
function countsLine(simulation: Simulation): string {
  const shares = shareTexts(changes.map((change) => simulation[change].count));
  return changes.map((change, at) => `${change} ${grouped(simulation[change].count)} (${shares[at]})`).join(", ");
}

const wouldBe = { execute: "would execute", escalate: "would ask people", block: "would be blocked" } as const;

const tenths = (ppm: number): string => `${Math.floor(ppm / 1_000) / 10} %`;

/** `93.3 % (28 of 30; 78.6 % to 98.2 % with 95 % confidence)`. */
function shareText({ count, of, sharePpm, lowerPpm, upperPpm }: Share): string {
  const sure = `${tenths(lowerPpm)} to ${tenths(upperPpm)} with 95 % confidence`;
  return `${tenths(sharePpm)} (${grouped(count)} of ${grouped(of)}; ${sure})`;
}

function ruleLine({ rule, state, kind, share: found, against }: RuleAgreement): string {
  const name = `${state === "candidate" ? "candidate " : ""}rule ${rule}`;
  if (kind === "approved") return `where people decided, ${name} asks, and they approved ${shareText(found)}`;
  const others = against.length === 0 ? "" : `; against them: ${listedIds(against)}`;
  return `where people decided, ${name} would have agreed with them in ${shareText(found)}${others}`;
}

/** What people decided, against what the working copy and its rules say. Nothing where nobody decided anything. */
function agreementLines({ agreement, rules }: Simulation): readonly string[] {
  const { decidedByPeople, asks, agreed } = agreement;
  if (decidedByPeople === 0) return [];
  const alone =
    agreed.of === 0 ? "" : `, and of the ${grouped(agreed.of)} it decides alone it agrees in ${shareText(agreed)}`;
  const whole = `people decided ${grouped(decidedByPeople)}: the working copy asks about ${grouped(asks)}${alone}`;
  return [whole, ...rules.map(ruleLine)];
}

/** What a report says beside matrix and flips, one line each; a line that has nothing to say is left out. */
export function findings(simulation: Simulation): readonly string[] {
  const { money, subjects, contradictions, pending, limits, heldByMode, unreplayable, ofOtherPolicies } = simulation;
  const touched = subjects?.touched ?? [];
  return [
    ...money.map(({ fact, currency, toExecuteMinor, fromExecuteMinor }) => {
      const [more, less] = [toExecuteMinor, fromExecuteMinor].map((minor) => formatMinor(minor, currency));
      return `${fact}: ${more} would come to be executed, ${less} no longer would`;
    }),
    ...(touched.length === 0 ? [] : [`${subjects?.fact}: ${grouped(touched.length)} touched: ${listedIds(touched)}`]),
    ...contradictions.map(({ escalationId, decisionId, person, to }) => {
      return `contradicts a person: ${escalationId} was ${person}, and ${decisionId} ${wouldBe[to]}`;
    }),
    ...agreementLines(simulation),
    ...pending.map(({ escalationId, to }) => `open: ${escalationId} waits for people, and ${wouldBe[to]}`),
    ...limits.map(({ id, within, over, overBefore, unread }) => {
      const seen = `limit ${id}: ${grouped(within)} within, ${grouped(over)} over (${grouped(overBefore)} before)`;
      return unread === 0 ? seen : `${seen}, ${grouped(unread)} without a reading that answers it`;
    }),
    ...(heldByMode === 0
      ? []
      : [`${plural(heldByMode, "decision")} went to people by the mode alone; the rules' word is compared`]),
    ...unreplayable.map(({ why, decisionIds }) => {
      return `not replayed: ${plural(decisionIds.length, "decision")}, ${why}: ${listedIds(decisionIds)}`;
    }),
    ...(ofOtherPolicies === 0 ? [] : [`not replayed: ${plural(ofOtherPolicies, "decision")} of other policies`]),
  ];
}

function rulesText({ rulesBefore, rulesAfter, limitsOver }: Flip): string {
  const after = [...rulesAfter, ...limitsOver.map((id) => `limit ${id}`)];
  return `${rulesBefore.join(", ") || "none"} -> ${after.join(", ") || "none"}`;
}

const flipColumns = ["DECISION", "SUBJECT", "VALUE", "WAS", "WOULD BE", "RULES"] as const;

function flipRows(flips: readonly Flip[]): readonly (readonly string[])[] {
  return flips
    .slice(0, TOP)
    .map((flip) => [
      flip.decisionId,
      flip.subject ?? "",
      flip.money.map(({ fact, minor, currency }) => `${fact} ${formatMinor(minor, currency)}`).join(", "),
      flip.from,
      flip.to,
      rulesText(flip),
    ]);
}

function title({ policy, replayed }: Simulation, source: string): string {
  return `${policy}: the working copy over ${plural(replayed, "decision")} ${source}`;
}

/** The report for people. `source` says where the history is from. */
export function simulationText(simulation: Simulation, source: string, width: number | undefined): string {
  const { matrix, flips } = simulation;
  const columns = [{ header: "WAS" }, ...verdicts.map((to) => ({ header: `NOW ${to.toUpperCase()}`, right: true }))];
  const rows = verdicts.map((from) => [from, ...verdicts.map((to) => grouped(matrix[from][to]))]);
  const top = flips.length > TOP ? `The first ${TOP} of ${grouped(flips.length)} flips, loosening first\n` : "Flips\n";
  const table = flipColumns.map((header) => ({ header, flexible: header === "RULES" }));
  return [
    `${title(simulation, source)}\n`,
    writeTable(columns, rows, width),
    [countsLine(simulation), ...findings(simulation), ""].join("\n"),
    ...(flips.length === 0 ? [] : [`${top}${writeTable(table, flipRows(flips), width)}`]),
  ].join("\n");
}

const cellText = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => "---"), ...rows];
  return lines.map((row) => `| ${row.map(cellText).join(" | ")} |\n`).join("");
}

/** The report as Markdown, for a pull request or a CI summary. */
export function simulationMarkdown(simulation: Simulation, source: string): string {
  const { matrix, flips } = simulation;
  const rows = verdicts.map((from) => [`**${from}**`, ...verdicts.map((to) => grouped(matrix[from][to]))]);
  const shown = flips.length > TOP ? `First ${TOP} of ${grouped(flips.length)} flips, loosening first` : "Flips";
  return [
    `### ${title(simulation, source)}\n`,
    markdownTable(["was", ...verdicts.map((to) => `now ${to}`)], rows),
    `**${countsLine(simulation)}**\n`,
    ...(findings(simulation).length === 0
      ? []
      : [
          findings(simulation)
            .map((line) => `- ${line}\n`)
            .join(""),
        ]),
    ...(flips.length === 0
      ? []
      : [
          `#### ${shown}\n`,
          markdownTable(
            flipColumns.map((name) => name.toLowerCase()),
            flipRows(flips),
          ),
        ]),
  ].join("\n");
}
