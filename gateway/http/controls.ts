import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import { budgetLines, readBudgets, readUnknownSpend } from "../../audit/ledgers/budgets.ts";
import { judgeControl, readControls, setControl, type ControlState } from "../../audit/ledgers/controls.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { budgetMeasures, isControlName, mostCapOf, type BudgetScope, type ControlName } from "../../domain/control.ts";
import { mayDo, rolesFor, type Duty } from "../../domain/policy-release.ts";
import { UnknownName } from "../../domain/registry.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";

const Name = z
  .string()
  .max(200)
  .refine(isControlName, "expected a control such as `switch/agent/compliance` or `budget/company/tokens`")
  .openapi({
    description:
      "`switch/company|function/ID|agent/ROLE|tool/NAME`, `autonomy/agent/ROLE`, `budget/case|company|function/ID/tokens|microUsd|calls|ms`",
  });
const Cap = z.int().min(0).nullable().openapi({
  description:
    "0 stops what a switch names; an agent's mode by its place in off, shadow, assisted; a budget's cap. null: no bound",
});
const words = { person: z.string(), role: z.string(), reason: z.string(), at: Iso };

const ControlView = z
  .object({
    name: z.string(),
    cap: Cap,
    set: z.object(words).nullable().openapi({ description: "who set that cap; null where none was ever in force" }),
    waiting: z
      .object({ cap: Cap, ...words, roles: z.array(z.string()) })
      .nullable()
      .openapi({ description: "what a second person is asked to agree to, and in which roles" }),
  })
  .openapi("Control");
export type ControlView = z.infer<typeof ControlView>;

const Controls = z.object({ controls: z.array(ControlView) }).openapi("Controls");

const SetControl = z
  .strictObject({ name: Name, cap: Cap, reason: z.string().trim().min(1, "a change needs a reason").max(1_000) })
  .openapi("SetControl");

export const BudgetLine = z
  .object({
    scope: z
      .custom<BudgetScope>((given) => typeof given === "string")
      .openapi({ type: "string", description: "`case`, `company` or `function/ID`" }),
    period: z.string().openapi({ description: "the case, or the day (UTC)" }),
    measure: z.enum(budgetMeasures),
    used: z.int(),
    reserved: z.int().openapi({ description: "held for calls under way, at the most that they can come to" }),
    cap: z.int().nullable(),
  })
  .openapi("BudgetLine");
export type BudgetView = z.infer<typeof BudgetLine>;

const Unknown = z.object({ calls: z.int(), microUsd: z.int().nullable() }).openapi({
  description:
    "of the day's calls those that did not answer and may be billed; they count as used, at the most they can come to",
});

const Budgets = z.object({ day: z.string(), budgets: z.array(BudgetLine), unknown: Unknown }).openapi("Budgets");

const refusals = problemResponses({
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "The role may not, or one person is not enough",
  404: "There is no such function or tool",
  409: "It is so already",
  413: "The body is too large",
});

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/controls",
  summary: "List what bounds agents beside the policies: switches, the agents' autonomy, budgets",
  responses: { ...ok("Every control that was ever asked for", Controls), ...refusals },
});
const set = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/controls",
  summary: "Set a control: a narrower cap counts at once, a wider one when a second person asks for the same",
  request: { body: jsonBody(SetControl) },
  responses: { ...ok("Taken and recorded", ControlView), ...refusals },
});
const budgets = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/budgets",
  summary: "Read what calls of models came to today, or in a case, against their budgets",
  request: { query: z.object({ caseId: z.string().max(512).optional() }) },
  responses: { ...ok("Each budget in each measure", Budgets), ...refusals },
});

type Deps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  readonly functions: FunctionTable;
  readonly log: Logger;
};

/** Switches, the autonomy of agents, budgets: everybody reads them, one person narrows, two widen. */
export function controlsApi(deps: Deps) {
  const { pool, company, at } = deps;
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => c.json({ controls: (await readControls(pool, company)).map(controlView) }, 200))
    .openapi(set, async (c) => {
      const asked = c.req.valid("json");
      const unknown = unknownIn(asked.name, deps.functions);
      if (unknown !== undefined) return refuse(c, "not-found", unknown);
      if (asked.cap !== null && asked.cap > mostCapOf(asked.name)) {
        const errors = [{ pointer: "/cap", detail: `expected at most ${mostCapOf(asked.name)}, or null` }];
        return refuse(c, "validation", "a field is wrong", errors);
      }
      return taken(deps, c, asked);
    })
    .openapi(budgets, async (c) => {
      const day = at().slice(0, 10);
      const { caseId } = c.req.valid("query");
      const lines = budgetLines(
        await readBudgets(pool, company, caseId ?? day),
        await readControls(pool, company),
        day,
      );
      return c.json(
        {
          day,
          unknown: await readUnknownSpend(pool, company, day),
          budgets: caseId === undefined ? lines : lines.filter(({ scope }) => scope === "case"),
        },
        200,
      );
    });
}

async function taken(
  { pool, company, at, log }: Deps,
  c: Context<ApiEnv>,
  { name, cap, reason }: { readonly name: ControlName; readonly cap: number | null; readonly reason: string },
) {
  const { personId: by, role } = c.var.person;
  const before = (await readControls(pool, company)).find((one) => one.name === name);
  const judged = await judgeControl(pool, { company, by, name, cap });
  const duty = dutyOf(judged, before?.cap ?? null, cap);
  if (!mayDo(duty, role)) return refuse(c, "wrong-role", `needs ${rolesFor(duty).join(" or ")}, not ${role}`);
  const answer = await setControl(pool, { company, name, cap, by, role, reason, at: at() });
  if (answer.kind === "refused") {
    if (answer.code === "unchanged") return refuse(c, "unchanged", `\`${name}\` is so already`);
    if (answer.code === "own-request")
      return refuse(c, "own-request", "what widens is not agreed to by who asked for it");
    return refuse(c, "not-authenticated", "who asks is not known any more");
  }
  log.info({ component: "controls", personId: by, control: name, cap, state: answer.state }, "control set");
  const now = (await readControls(pool, company)).find((one) => one.name === name);
  if (now === undefined) throw new Error(`control \`${name}\` was set and is not there`);
  return c.json(controlView(now), 200);
}

function dutyOf(judged: string, before: number | null, cap: number | null): Duty {
  if (judged === "waiting") return "author";
  const widens = before !== null && (cap === null || cap > before);
  return widens ? "approve" : "restrain";
}

export function controlView({ waiting, ...state }: ControlState): ControlView {
  return { ...state, waiting: waiting && { ...waiting, roles: [...rolesFor("approve")] } };
}

/** Why a control names nothing that is here. */
function unknownIn(name: ControlName, functions: FunctionTable): string | undefined {
  const [, kind = "", id = ""] = name.split("/");
  if (kind === "function" && !Object.hasOwn(functions, id)) {
    return new UnknownName("function", id, Object.keys(functions)).message;
  }
  const tools = new Set(Object.values(governedActions).map(({ tool }) => tool));
  return kind === "tool" && !tools.has(id as `${string}.${string}`)
    ? new UnknownName("tool", id, [...tools]).message
    : undefined;
}
