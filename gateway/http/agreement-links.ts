import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { html } from "hono/html";
import { digestOf } from "../../audit/digest.ts";
import { sayWord } from "../../audit/ledgers/agreement-words.ts";
import { readAgreement, readAsked } from "../../audit/ledgers/agreements.ts";
import { isOpen } from "../../domain/agreement.ts";
import { describeAction } from "../../functions/governed-actions.ts";
import { AgreementId } from "../peers/word.ts";
import { linkToken, readLink, type AgreementLink } from "./agreement-link.ts";
import { refuseWord, tellWord, type AgreementDeps } from "./agreement-refusals.ts";
import type { ApiEnv } from "./auth.ts";
import { findPerson } from "../../audit/ledgers/directory.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";

/** Where links lead. The token is in the query: what is logged of a request is its path. */
export const LINK_PATH = "/agree";

const Token = z.string().min(1).max(2_048);

const make = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/agreements/{agreementId}/links",
  summary: "Make a link under which one person may answer, for a system that brings it to them",
  request: {
    params: z.object({ agreementId: AgreementId }),
    body: jsonBody(z.strictObject({ personId: z.string().min(1).max(100) }).openapi("AgreementLinkFor")),
  },
  responses: {
    ...ok("The link: shown only now", z.object({ url: z.string(), expiresAt: Iso }).openapi("AgreementLink")),
    ...problemResponses({
      400: "A field is wrong; `errors` points at it",
      401: "No token of a known person",
      403: "Not a system's token, or the person may not answer",
      404: "No such agreement",
      409: "It ended or is acted on",
      413: "More than 256 KiB",
    }),
  },
});

const page = { "text/html": { schema: z.string() } };

const look = createRoute({
  method: "get",
  path: LINK_PATH,
  summary: "The page of a link: what is asked, in words. Looking changes nothing",
  request: { query: z.object({ token: Token }) },
  responses: {
    200: { description: "What is asked", content: page },
    ...problemResponses({ 400: "No token", 404: "No link of ours, or one that expired" }),
  },
});

const answer = createRoute({
  method: "post",
  path: LINK_PATH,
  summary: "Answer under a link",
  request: {
    body: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: z.object({ token: Token, word: z.enum(["ok", "refuse"]) }),
        },
      },
    },
  },
  responses: {
    200: { description: "Durable; the same answer again has the same page", content: page },
    ...problemResponses({
      400: "No token or no word",
      403: "The person may not answer any more",
      404: "No link of ours, or one that expired",
      409: "It ended, is overdue, or is acted on already",
    }),
  },
});

type LinkDeps = AgreementDeps & {
  /** What links are signed with; without it there are none. */
  readonly linkKey?: Uint8Array | undefined;
  /** Where people reach this gateway, without a path. */
  readonly baseUrl: () => string;
};

/** Answers by link, for people of this company who have no session here. */
export function agreementLinksApi(deps: LinkDeps) {
  const { pool, company, linkKey, baseUrl, at } = deps;
  const noLink = (c: Context) => refuse(c, "not-found", "the link is not one of ours, or it has expired");
  const read = (token: string) => (linkKey === undefined ? undefined : readLink(linkKey, token, { company, at: at() }));

  return new OpenAPIHono<ApiEnv>()
    .openapi(make, async (c) => {
      const { agreementId } = c.req.valid("param");
      const { personId } = c.req.valid("json");
      if (c.var.person.role !== "system") return refuse(c, "wrong-role", "a system makes links, and brings them");
      const row = await readAgreement(pool, { company, agreementId });
      if (row === undefined || linkKey === undefined) return refuse(c, "not-found", `no agreement \`${agreementId}\``);
      if (!isOpen(row.state)) return refuse(c, "already-decided", `it is ${row.state}`);
      const person = await findPerson(pool, company, personId);
      if (person?.role !== row.role) return refuse(c, "wrong-role", `needs ${row.role}`);
      const { digest, expiresAt } = row;
      const token = linkToken(linkKey, { company, agreementId, digest, personId, expiresAt });
      return c.json({ url: `${baseUrl()}${LINK_PATH}?token=${token}`, expiresAt }, 200);
    })
    .openapi(look, async (c) => {
      const { token } = c.req.valid("query");
      const link = read(token);
      if (link === undefined) return noLink(c);
      return shown(c, await asksPage(deps, link, token));
    })
    .openapi(answer, async (c) => {
      const { token, word } = c.req.valid("form");
      const link = read(token);
      if (link === undefined) return noLink(c);
      const { agreementId, digest, personId } = link;
      const person = await findPerson(pool, company, personId);
      if (person === undefined) return noLink(c);
      const requestKey = digestOf([personId, agreementId, word]);
      const by = { personId, role: person.role, via: "link", requestKey } as const;
      const outcome = await sayWord(pool, { company, agreementId, side: company, word, digest, at: at(), by });
      tellWord(deps, { agreementId, side: company, word }, outcome);
      if (outcome.kind === "refused") return refuseWord(c, agreementId, outcome);
      const said = word === "ok" ? "You agreed" : "You refused";
      return shown(c, html`<p>${said}, for ${company}. Nothing more is to be done here.</p>`);
    });
}

type Html = ReturnType<typeof html>;

/** Of the typed arguments, in our own words: nothing that another company wrote is shown as ours. */
async function asksPage({ pool, company }: LinkDeps, { agreementId }: AgreementLink, token: string): Promise<Html> {
  const row = await readAgreement(pool, { company, agreementId });
  const asked = (await readAsked(pool, { company, agreementId }))?.asked;
  if (row === undefined || asked === undefined || !isOpen(row.state)) {
    return html`<p>Nothing is to be answered any more: it is ${row?.state ?? "gone"}.</p>`;
  }
  return html`<p>${row.executor} asks ${row.sides.join(" and ")} to agree, until ${row.expiresAt}:</p>
    <p><strong>${describeAction(asked.tool, asked.args, undefined)}</strong></p>
    <form method="post" action="${LINK_PATH}">
      <input type="hidden" name="token" value="${token}" />
      <button name="word" value="ok">Agree</button>
      <button name="word" value="refuse">Refuse</button>
    </form>`;
}

/** Kept by nobody, framed by nobody, and the link is told to nobody. */
async function shown(c: Context, body: Html) {
  c.header("cache-control", "no-store");
  c.header("referrer-policy", "no-referrer");
  c.header("content-security-policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'");
  return c.html(String(await html`<!doctype html><meta charset="utf-8" /><title>Mandate</title>${await body}`), 200);
}
