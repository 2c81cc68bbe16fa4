import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { readRecords, type Ledger } from "../../audit/records.ts";
import { numberAt, objectAt, textAt, textsAt } from "../../audit/story/loose.ts";
import { promptText, standInText, troubleLines } from "../../audit/story/turn-words.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { message, writtenOut } from "../../functions/shared/message.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, ok, withToken } from "./route.ts";

const Cost = z.int().nullable().openapi({
  description: "millionths of a US dollar; null where the price of a model is not known",
});
const Took = z.int().nullable().openapi({
  description: "milliseconds, waits for the model included; null where nothing was waited for",
});

const CaseTurn = z
  .object({
    n: z.int().openapi({ description: "the record's number within the case" }),
    at: Iso,
    stepKey: z.string(),
    role: z.string(),
    model: z.string(),
    offline: z.boolean(),
    prompt: z.string().openapi({ description: "name and version of its prompt, such as `compliance v1`; or empty" }),
    standIn: z.string().openapi({ description: "in whose place the deterministic reasoner worked, and why; or empty" }),
    fault: z.string().nullable().openapi({ description: "why the turn was given up; null where it was done" }),
    trouble: z
      .array(z.string())
      .openapi({ description: "models that were tried, answers given anew, refused readings" }),
    inputTokens: z.int(),
    outputTokens: z.int(),
    costMicroUsd: Cost,
    tookMs: Took,
  })
  .openapi("CaseTurn");

const CaseText = z
  .object({
    n: z.int().openapi({ description: "the record that proposes it; what was decided of it stands after that" }),
    at: Iso,
    template: z.string(),
    audience: z.array(z.string()),
    subject: z.string(),
    body: z.string(),
  })
  .openapi("CaseText");

const CaseTurns = z
  .object({
    caseId: z.string(),
    turns: z.array(CaseTurn),
    texts: z.array(CaseText).openapi({
      description: "texts to people that were proposed in the case, such as the partner's letter of reasons",
    }),
    totals: z.object({ inputTokens: z.int(), outputTokens: z.int(), costMicroUsd: Cost, tookMs: Took }),
  })
  .openapi("CaseTurns");
export type CaseTurns = z.infer<typeof CaseTurns>;

const route = createRoute({
  method: "get",
  path: "/v1/cases/{caseId}/turns",
  summary: "Read what a case's agents asked of models: tokens, money, time, and what did not go as it should",
  ...withToken,
  request: { params: z.object({ caseId: z.string().max(512) }) },
  responses: {
    ...ok("The case's turns, in order", CaseTurns),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person", 404: "No such case" }),
  },
});

/** What the agents of a case did, from its records. */
export function caseTurnsApi({ sql, company }: { readonly sql: Ledger; readonly company: string }) {
  return new OpenAPIHono<ApiEnv>().openapi(route, async (c) => {
    const { caseId } = c.req.valid("param");
    const { records } = await readRecords(sql, company, caseId);
    if (records.length === 0) return refuse(c, "not-found", `no case \`${caseId}\``);
    return c.json(caseTurnsOf(caseId, records), 200);
  });
}

export function caseTurnsOf(caseId: string, records: readonly AuditRecord[]): CaseTurns {
  const turns = records.filter(({ kind }) => kind === "turn").map(turnOf);
  const sum = (of: (turn: CaseTurns["turns"][number]) => number) => turns.reduce((total, turn) => total + of(turn), 0);
  const waited = turns.filter(({ tookMs }) => tookMs !== null);
  return {
    caseId,
    turns,
    texts: records.flatMap(textsOf),
    totals: {
      inputTokens: sum(({ inputTokens }) => inputTokens),
      outputTokens: sum(({ outputTokens }) => outputTokens),
      costMicroUsd: turns.every(({ costMicroUsd }) => costMicroUsd !== null)
        ? sum((turn) => turn.costMicroUsd ?? 0)
        : null,
      tookMs: waited.length === 0 ? null : sum(({ tookMs }) => tookMs ?? 0),
    },
  };
}

/** The text that a record proposes to send; nothing of any other record, and of one that cannot be read. */
function textsOf({ n, at, kind, body }: AuditRecord): z.infer<typeof CaseText>[] {
  const action = objectAt(body, "action");
  const args = objectAt(action, "args");
  if (kind !== "proposal" || textAt(action, "tool") !== message.tool) return [];
  const written = writtenOut(args);
  if (written === undefined) return [];
  return [{ n, at, template: textAt(args, "template"), audience: [...textsAt(args, "audience")], ...written }];
}

function turnOf({ n, at, body }: AuditRecord): z.infer<typeof CaseTurn> {
  const usage = objectAt(body, "usage");
  const offline = body["offline"] === true;
  return {
    n,
    at,
    stepKey: textAt(body, "stepKey"),
    role: textAt(body, "role"),
    model: textAt(body, "model"),
    offline,
    prompt: promptText(body),
    standIn: standInText(body),
    fault: textAt(body, "fault") || null,
    trouble: troubleLines(body),
    inputTokens: numberAt(usage, "inputTokens") ?? 0,
    outputTokens: numberAt(usage, "outputTokens") ?? 0,
    costMicroUsd: numberAt(usage, "costMicroUsd") ?? null,
    tookMs: numberAt(body, "tookMs") ?? null,
  };
}
