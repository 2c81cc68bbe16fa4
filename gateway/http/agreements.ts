import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { digestOf } from "../../audit/digest.ts";
import { readSpoken, sayWord } from "../../audit/ledgers/agreement-words.ts";
import {
  countAgreements,
  listAgreements,
  readAgreement,
  readAsked,
  type AgreementRow,
} from "../../audit/ledgers/agreements.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { agreementStates, agreementWords, type AgreementWord } from "../../domain/agreement.ts";
import { describeAction } from "../../functions/governed-actions.ts";
import { AgreementId } from "../peers/word.ts";
import { refuseWord, tellWord, type AgreementDeps } from "./agreement-refusals.ts";
import type { ApiEnv } from "./auth.ts";
import { pageEnd, pagesOf, placeOf } from "./paging.ts";
import { problemResponses, refuse } from "./problem.ts";
import { IdempotencyKey, Iso, jsonBody, ok, withToken } from "./route.ts";

const Id = z.object({ agreementId: AgreementId });

const Said = z.object({
  side: z.string(),
  word: z.enum(agreementWords),
  saidAt: Iso,
  by: z
    .string()
    .nullable()
    .openapi({ description: "who said it for this company; of the others only the company is known" }),
  reason: z.string().nullable(),
});

const AgreementView = z
  .object({
    agreementId: z.string(),
    caseId: z.string(),
    executor: z.string().openapi({ description: "the company that asks, and acts once all sides agree" }),
    sides: z.array(z.string()),
    state: z.enum(agreementStates),
    role: z.string().openapi({ description: "whose ok counts as this company's" }),
    digest: z.string().openapi({ description: "an ok names it: it agrees to exactly this and nothing else" }),
    ask: z.string().nullable().openapi({ description: "one sentence: what is asked; null once it was erased" }),
    action: z.object({ type: z.string(), tool: z.string(), args: z.record(z.string(), z.unknown()) }).nullable(),
    askedAt: Iso,
    expiresAt: Iso,
    movedAt: Iso,
    said: z.array(Said),
  })
  .openapi("Agreement");
export type AgreementView = z.infer<typeof AgreementView>;

const AgreementList = z.object({ agreements: z.array(AgreementView), ...pageEnd }).openapi("AgreementList");

/** What may still be answered goes before what ended. */
const pages = pagesOf("agreements", ["part", "time", "id"], { most: 200, usual: 100 });

const WordBody = z
  .strictObject({
    digest: z.string().regex(/^[0-9a-f]{64}$/, "expected the 64 hex digits that `agreements show` prints"),
    reason: z
      .string()
      .trim()
      .min(1)
      .max(1_000)
      .optional()
      .openapi({ description: "for this company's record, which seals it" }),
  })
  .openapi("AgreementAnswer");

const WordTaken = z
  .object({ agreementId: z.string(), word: z.enum(agreementWords), state: z.enum(agreementStates) })
  .openapi("AgreementAnswered");

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/agreements",
  summary: "List what companies are asked to agree to, what may still be answered first",
  request: { query: z.object({ ...pages.parameters, state: z.enum(agreementStates).optional() }) },
  responses: {
    ...ok("Agreements", AgreementList),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/agreements/{agreementId}",
  summary: "Read what is asked, by whom, and what each side said",
  request: { params: Id },
  responses: {
    ...ok("The agreement as this company holds it", AgreementView),
    ...problemResponses({ 400: "The id is no id", 401: "No token of a known person", 404: "No such agreement" }),
  },
});

function wordRoute<const Path extends string>(path: Path, summary: string) {
  return createRoute({
    ...withToken,
    method: "post",
    path,
    summary,
    request: { params: Id, headers: IdempotencyKey, body: jsonBody(WordBody) },
    responses: {
      ...ok("Durable; the same word again has the same answer", WordTaken),
      ...problemResponses({
        400: "A field is wrong, or the idempotency key is missing; `errors` points at it",
        401: "No token of a known person",
        403: "The person may not answer for this company",
        404: "No such agreement",
        409: "Ended, overdue, acted on already, not what was shown, or the key was used for another request",
        413: "More than 256 KiB",
      }),
    },
  });
}

const agree = wordRoute("/v1/agreements/{agreementId}/ok", "Agree, for this company, to exactly what has this digest");
const decline = wordRoute("/v1/agreements/{agreementId}/refuse", "Refuse it: nothing is done");
const takeBack = wordRoute("/v1/agreements/{agreementId}/withdraw", "Take it back, until the executor acts on it");

/** What companies are asked to agree to, and what this company's people say to it. */
export function agreementsApi(deps: AgreementDeps) {
  const { pool, company } = deps;
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { state, limit, cursor: after, total } = c.req.valid("query");
      const rows = await listAgreements(pool, company, { state, after, limit: limit + 1 });
      const { shown, next } = pages.cut(c, rows, limit, placeOf);
      const agreements = await Promise.all(shown.map(({ place: _place, ...row }) => viewOf(pool, company, row)));
      return c.json({ agreements, next, total: total ? await countAgreements(pool, company, state) : null }, 200);
    })
    .openapi(show, async (c) => {
      const { agreementId } = c.req.valid("param");
      const row = await readAgreement(pool, { company, agreementId });
      if (row === undefined) return refuse(c, "not-found", `no agreement \`${agreementId}\``);
      return c.json(await viewOf(pool, company, row), 200);
    })
    .openapi(agree, (c) =>
      say(deps, c, "ok", { ...c.req.valid("param"), ...c.req.valid("header"), ...c.req.valid("json") }),
    )
    .openapi(decline, (c) =>
      say(deps, c, "refuse", { ...c.req.valid("param"), ...c.req.valid("header"), ...c.req.valid("json") }),
    )
    .openapi(takeBack, (c) =>
      say(deps, c, "withdraw", { ...c.req.valid("param"), ...c.req.valid("header"), ...c.req.valid("json") }),
    );
}

type Given = z.infer<typeof Id> & z.infer<typeof WordBody> & z.infer<typeof IdempotencyKey>;

async function say(deps: AgreementDeps, c: Context<ApiEnv>, word: AgreementWord, given: Given) {
  const { pool, company } = deps;
  const { agreementId, digest, reason } = given;
  const { personId, role } = c.var.person;
  const requestKey = digestOf([personId, given["idempotency-key"]]);
  const by = { personId, role, via: "door", requestKey, ...(reason !== undefined && { reason }) } as const;
  const outcome = await sayWord(pool, { company, agreementId, side: company, word, digest, at: deps.at(), by });
  tellWord(deps, { agreementId, side: company, word }, outcome);
  if (outcome.kind === "refused") return refuseWord(c, agreementId, outcome);
  return c.json({ agreementId, word, state: outcome.row.state }, 200);
}

/** The sentence is made here, of the typed arguments: no text of another company's is shown as ours. */
async function viewOf(pool: LedgerPool, company: string, row: AgreementRow): Promise<AgreementView> {
  const { agreementId, said, ...rest } = row;
  const asked = (await readAsked(pool, { company, agreementId }))?.asked;
  const words: AgreementView["said"] = [];
  for (const one of said) {
    const { by = null, reason = null } = await readSpoken(pool, { company, agreementId }, one);
    words.push({ ...one, by, reason });
  }
  return {
    agreementId,
    ...rest,
    sides: [...rest.sides],
    ask: asked === undefined ? null : describeAction(asked.tool, asked.args, undefined),
    action: asked === undefined ? null : { type: asked.type, tool: asked.tool, args: asked.args },
    said: words,
  };
}
