import type { Command } from "commander";
import { amountText, capOfMode, isControlName, type BudgetMeasure } from "../domain/control.ts";
import { inUnits, parseDecimal } from "../domain/decimal.ts";
import { modes } from "../domain/decision-details.ts";
import type { BudgetView } from "../gateway/http/controls.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { changeControl, controlLines, readControls, withReason, type ControlOptions } from "./controls.ts";
import { failure } from "./failure.ts";
import { widthOf } from "./io.ts";
import { connect } from "./session.ts";
import { writeTable } from "./table.ts";

/** What people call the measures. */
const measureWords: { readonly [word: string]: BudgetMeasure } = {
  tokens: "tokens",
  money: "microUsd",
  calls: "calls",
  time: "ms",
};

const budgetHelp = `
SCOPE is \`case\` (each case in its whole life), \`company\` (all calls of a day, UTC), or a function's id (its calls of a day).
MEASURE is tokens, money (US dollars: 0.50), calls or time (90s, 10m, 2h: how long models were listened to). AMOUNT may be none.
Every call is reserved at the most it can come to before it is made. A turn without room is done by the deterministic reasoner,
which says so; one that needs a model asks a person. A lower cap counts at once, a higher one when a second person asks for it.`;

/** `mandate agents budget` and `mandate agents mode`: how much models may be asked, and how much each agent may do alone. */
export function addBudgets(noun: Command, cli: Cli): void {
  const budget = noun.command("budget").description("what calls of models came to today, and what bounds them");
  budget.command("show", { isDefault: true }).description("today's, against the caps").action(answering(cli, show));
  withReason(budget.command("set <scope> <measure> <amount>").description("set a cap"))
    .addHelpText("after", budgetHelp)
    .action(answering<ControlOptions>(cli, set));
  withReason(
    noun.command("mode <agent> <mode>").description("how much an agent may do alone: off, shadow, assisted, led"),
  )
    .addHelpText(
      "after",
      `
off: it takes no turn, and what is asked goes to people. shadow: nothing comes of what it had a part in. assisted: people decide
that. led: the policy's own mode counts. The lowest of the agents' modes and the policy's counts. A lower one holds at once.`,
    )
    .action(answering<ControlOptions>(cli, setMode));
}

async function show({ options, io }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const [found, controls] = [await bodyOf(client.v1.budgets.$get({ query: {} })), await readControls(options)];
  const ofAgents = controls.filter(({ name }) => name.startsWith("budget/case/") || name.startsWith("autonomy/"));
  const waiting = controls.filter(
    (one) => one.waiting !== null && !ofAgents.includes(one) && one.name.startsWith("budget/"),
  );
  const table =
    found.budgets.length === 0 ? "No model that costs was asked today.\n" : budgetTable(found.budgets, widthOf(io));
  const { calls } = found.unknown;
  const unknown =
    calls === 0 ? "" : `\n${calls} calls did not answer and may be billed: they count at the most they can come to.\n`;
  const isBound = controls.some(({ name, cap }) => name.startsWith("budget/") && cap !== null);
  return {
    data: { ...found, controls: controls.filter(({ name }) => !name.startsWith("switch/")) },
    text: `${found.day}\n\n${table}${unknown}${[...ofAgents, ...waiting].length === 0 ? "" : `\n${controlLines([...ofAgents, ...waiting])}`}`,
    warnings: isBound ? [] : ["no budget bounds what models are asked"],
    next: isBound ? [] : ["agents budget set company money 20 --reason TEXT"],
  };
}

/** Budgets as rows: what was used, what calls under way hold, and the cap. */
export function budgetTable(budgets: readonly BudgetView[], width?: number): string {
  const columns = [
    { header: "BUDGET" },
    { header: "MEASURE" },
    { header: "USED", right: true },
    { header: "HELD", right: true },
    { header: "CAP", right: true },
  ];
  const rows = budgets.map(({ scope, measure, used, reserved, cap }) => [
    scope,
    wordOf(measure),
    amountText(measure, used),
    reserved === 0 ? "" : amountText(measure, reserved),
    cap === null ? "none" : amountText(measure, cap),
  ]);
  return writeTable(columns, rows, width);
}

function wordOf(measure: BudgetMeasure): string {
  return Object.keys(measureWords).find((word) => measureWords[word] === measure) ?? measure;
}

async function set({ args, options }: Call<ControlOptions>): Promise<Answer> {
  const [scope = "", word = "", text = ""] = args;
  const measure = Object.hasOwn(measureWords, word) ? measureWords[word] : undefined;
  if (measure === undefined) {
    throw failure(
      "usage",
      "no-such-measure",
      `no measure \`${word}\``,
      `use one of ${Object.keys(measureWords).join(", ")}`,
    );
  }
  const name = `budget/${scope === "case" || scope === "company" ? scope : `function/${scope}`}/${measure}`;
  if (!isControlName(name)) {
    throw failure("usage", "no-such-scope", `no scope \`${scope}\``, "use case, company or a function's id");
  }
  return changeControl(options, name, capIn(measure, text), `agents budget set ${scope} ${word} ${text} --reason TEXT`);
}

const perUnitMs: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000 };

/** A cap as people write it; null for `none`. Throws `CliFailure`. */
export function capIn(measure: BudgetMeasure, text: string): number | null {
  if (text === "none") return null;
  const [, digits = "", unit = ""] = /^(\d{1,9})([smh])$/.exec(text) ?? [];
  const decimal = measure === "ms" ? undefined : parseDecimal(text);
  const amount =
    measure === "ms"
      ? digits === ""
        ? undefined
        : Number(digits) * (perUnitMs[unit] ?? 0)
      : decimal && toWhole(inUnits(decimal, measure === "microUsd" ? 6 : 0));
  if (amount !== undefined && amount >= 0 && Number.isSafeInteger(amount)) return amount;
  const form = { tokens: "40000", calls: "12", microUsd: "0.50", ms: "90s, 10m or 2h" }[measure];
  throw failure("usage", "not-an-amount", `\`${text}\` is no amount of ${wordOf(measure)}`, `give ${form}, or none`);
}

function toWhole(units: bigint | undefined): number | undefined {
  return units === undefined ? undefined : Number(units);
}

async function setMode({ args, options }: Call<ControlOptions>): Promise<Answer> {
  const [agent = "", given = ""] = args;
  const name = `autonomy/agent/${agent}`;
  if (!isControlName(name)) {
    throw failure("usage", "no-such-agent", `no agent \`${agent}\``, "use intelligence, orchestration or compliance");
  }
  const mode = modes.find((known) => known === given);
  if (mode === undefined)
    throw failure("usage", "no-such-mode", `no mode \`${given}\``, `use one of ${modes.join(", ")}`);
  return changeControl(options, name, capOfMode(mode), `agents mode ${agent} ${mode} --reason TEXT`);
}
