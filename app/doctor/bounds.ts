import { readBounds } from "../../gateway/status/bounds.ts";
import { readControls } from "../../audit/ledgers/controls.ts";
import { isPriced, type Prices } from "../../domain/model-prices.ts";
import { suppliedIn } from "../../agents/models/supplied-in.ts";
import { readUnknownSpend } from "../../audit/ledgers/budgets.ts";
import { amountText, controlText } from "../../domain/control.ts";
import type { Sql } from "../../audit/records.ts";
import { modelOf } from "../model-choice.ts";
import { ledgersOf } from "./audit.ts";
import { type Finding, ok, type Patient, warn } from "./finding.ts";

const checks = ["switches", "budgets"] as const;
const [SWITCHES, BUDGETS] = checks;

/** What is stopped or bounded beside the policies, and whether what models are asked is bounded at all. */
export async function checkBounds(patient: Patient): Promise<readonly Finding[]> {
  const { databaseUrl } = patient;
  if (databaseUrl === undefined) return checks.map((check) => ok(check, "no database is running: nothing acts"));
  const sql = ledgersOf(patient, databaseUrl);
  try {
    return [await checkSwitches(sql, patient), await checkBudgets(sql, patient)];
  } catch (error) {
    const detail = `what bounds agents cannot be read: ${(error as Error).message}`;
    return checks.map((check) => warn(check, detail, "npx mandate doctor"));
  } finally {
    await sql.end();
  }
}

async function checkSwitches(sql: Sql, { config: { company }, deps }: Patient): Promise<Finding> {
  const { standing } = await readBounds(sql, company, deps.now().toISOString());
  if (standing.length === 0) return ok(SWITCHES, "nothing is stopped, and no agent's own mode is below led");
  const told = standing.map(({ name, cap, person, reason }) => `${controlText(name, cap)} (${person}: ${reason})`);
  const [first] = standing;
  const [kind, ...rest] = first?.name.split("/") ?? [];
  const fix =
    kind === "switch"
      ? `npx mandate switch resume ${rest.join("/")} --reason TEXT`
      : `npx mandate agents mode ${rest.at(-1)} led --reason TEXT`;
  return warn(SWITCHES, told.join("; "), `${fix}, as one of two people`);
}

const PRICE_IT = "set MANDATE_MODEL_PRICES to its price, or MANDATE_MODEL to a model with one";

/** The configured models, as calls name them, of which no price is known. */
function unpricedOf({ model, modelFallback }: Patient["config"], prices: Prices): string[] {
  const supplier = suppliedIn(model)?.supplier;
  const second = modelFallback === undefined ? [] : [modelFallback];
  const named = second.map((name) => (supplier === undefined || suppliedIn(name) ? name : `${supplier}:${name}`));
  return [model, ...named].filter((name) => !isPriced(prices, name));
}

async function checkBudgets(sql: Sql, { config, deps }: Patient): Promise<Finding> {
  const controls = (await readControls(sql, config.company)).filter(
    ({ name, cap }) => name.startsWith("budget/") && cap !== null,
  );
  const choice = modelOf(config);
  const isPaid = choice.kind !== "offline";
  const setting = "npx mandate agents budget set company money 20 --reason TEXT";
  const unpriced = choice.kind === "offline" ? [] : unpricedOf(config, choice.prices ?? {});
  if (controls.length === 0) {
    if (unpriced.length > 0) {
      const detail = `no price is known of ${unpriced.join(", ")}: what it costs is told in tokens alone, and no budget bounds it`;
      return warn(BUDGETS, detail, PRICE_IT);
    }
    return isPaid
      ? warn(BUDGETS, "no budget bounds what models are asked", setting)
      : ok(BUDGETS, "the model costs nothing, and no budget is set");
  }
  if (unpriced.length > 0 && controls.some(({ name }) => name.endsWith("/microUsd"))) {
    const detail = `a budget has a cap in money, and no price is known of ${unpriced.join(", ")}: it is not asked`;
    return warn(BUDGETS, detail, `${PRICE_IT}, or npx mandate agents budget set SCOPE money none`);
  }
  const at = deps.now().toISOString();
  const { spent } = await readBounds(sql, config.company, at);
  const { calls } = await readUnknownSpend(sql, config.company, at.slice(0, 10));
  if (calls > 0 && spent.length === 0) {
    const detail = `${calls} of today's calls did not answer and may be billed: they count at the most that they can come to`;
    return warn(BUDGETS, detail, "compare with the supplier's own account; npx mandate agents budget");
  }
  const told = controls.map(({ name, cap }) => controlText(name, cap)).join("; ");
  if (spent.length === 0) return ok(BUDGETS, told);
  const nearly = spent.map(({ scope, measure, used, reserved, cap }) => {
    return `${scope}: ${amountText(measure, used + reserved)} of ${amountText(measure, cap ?? 0)}`;
  });
  return warn(BUDGETS, `nearly spent today: ${nearly.join("; ")}`, "npx mandate agents budget");
}
