import { readBounds } from "../../gateway/status/bounds.ts";
import { readControls } from "../../audit/ledgers/controls.ts";
import { isPriced } from "../../agents/models/prices.ts";
import { amountText, controlText } from "../../domain/control.ts";
import type { Sql } from "../../audit/records.ts";
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

async function checkBudgets(sql: Sql, { config, deps }: Patient): Promise<Finding> {
  const controls = (await readControls(sql, config.company)).filter(
    ({ name, cap }) => name.startsWith("budget/") && cap !== null,
  );
  const isPaid = config.anthropicApiKey !== undefined;
  const setting = "npx mandate agents budget set company money 20 --reason TEXT";
  if (controls.length === 0) {
    return isPaid
      ? warn(BUDGETS, "no budget bounds what models are asked", setting)
      : ok(BUDGETS, "the model costs nothing, and no budget is set");
  }
  const models = [config.model, ...(config.modelFallback === undefined ? [] : [config.modelFallback])];
  const unpriced = models.filter((model) => !isPriced(model));
  if (isPaid && unpriced.length > 0 && controls.some(({ name }) => name.endsWith("/microUsd"))) {
    const detail = `a budget has a cap in money, and no price is known of ${unpriced.join(", ")}: it is not asked`;
    return warn(
      BUDGETS,
      detail,
      "set MANDATE_MODEL to a model with a price, or npx mandate agents budget set SCOPE money none",
    );
  }
  const { spent } = await readBounds(sql, config.company, deps.now().toISOString());
  const told = controls.map(({ name, cap }) => controlText(name, cap)).join("; ");
  if (spent.length === 0) return ok(BUDGETS, told);
  const nearly = spent.map(({ scope, measure, used, reserved, cap }) => {
    return `${scope}: ${amountText(measure, used + reserved)} of ${amountText(measure, cap ?? 0)}`;
  });
  return warn(BUDGETS, `nearly spent today: ${nearly.join("; ")}`, "npx mandate agents budget");
}
