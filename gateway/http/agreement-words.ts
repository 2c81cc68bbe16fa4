import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { followExecutor, sayWord } from "../../audit/ledgers/agreement-words.ts";
import { readAgreement, takeAsk } from "../../audit/ledgers/agreements.ts";
import { agreementStates } from "../../domain/agreement.ts";
import { PEER_ROLE } from "../peers/door.ts";
import { AgreementId, Heard, Word } from "../peers/word.ts";
import { oksOf } from "../peers/word-relay.ts";
import { codeOf, tellWord, type AgreementDeps } from "./agreement-refusals.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { jsonBody, ok, withToken } from "./route.ts";

const hear = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/agreements/{agreementId}/words",
  summary: "Hear what another company says about an agreement; for companies' tokens alone",
  request: { params: z.object({ agreementId: AgreementId }), body: jsonBody(Word) },
  responses: {
    ...ok("Heard: durable, or refused for good; the same word again has the same answer", Heard),
    ...problemResponses({
      400: "A field is wrong; `errors` points at it",
      401: "No known token",
      403: "Not the token of a company",
      404: "No such agreement between the two companies",
      413: "More than 256 KiB",
    }),
  },
});

/** Who answers for this company what another one asks, while it sets nothing else. */
const ANSWERING_ROLE = "partner-manager";

type Answered = Pick<Heard, "heard" | "code">;

/** The door of other companies: words come in, each as its own company's, and nothing can be asked. */
export function agreementWordsApi(deps: AgreementDeps) {
  const { pool, company } = deps;

  async function heard(agreementId: string, from: string, word: Word): Promise<Answered> {
    const name = { company, agreementId };
    switch (word.word) {
      case "ask": {
        const { asked, digest } = word;
        const isOurs = asked.executor === from && asked.sides.includes(from) && asked.sides.includes(company);
        if (!isOurs || from === company) return no("no-side");
        const caseId = `${company}:agreement:${agreementId}`;
        const taken = await takeAsk(pool, { ...name, caseId, asked, digest, role: ANSWERING_ROLE, at: deps.at() });
        return taken === "other-digest" ? no(taken) : yes;
      }
      case "stands": {
        const { digest, state, oks } = word;
        const now = await followExecutor(pool, { ...name, executor: from, digest, state, oks, at: deps.at() });
        return isState(now) ? yes : no(now);
      }
      case "ok":
      case "refuse":
      case "withdraw": {
        const said = { side: from, word: word.word };
        const outcome = await sayWord(pool, { ...name, ...said, digest: word.digest, at: deps.at() });
        tellWord(deps, { agreementId, ...said }, outcome);
        return outcome.kind === "taken" ? yes : no(codeOf(outcome) ?? "");
      }
    }
  }

  return new OpenAPIHono<ApiEnv>().openapi(hear, async (c) => {
    const { agreementId } = c.req.valid("param");
    const { personId: from, role } = c.var.person;
    if (role !== PEER_ROLE) return refuse(c, "wrong-role", "words are another company's; answer with ok or refuse");
    const known = await readAgreement(pool, { company, agreementId });
    const isAsk = c.req.valid("json").word === "ask";
    // One refusal, whether there is none or it is of others.
    const isBetween = known === undefined ? isAsk : known.sides.includes(from);
    const isTheirs = isAsk || known === undefined || known.executor === company || known.executor === from;
    if (!isBetween || !isTheirs) return refuse(c, "not-found", `no agreement \`${agreementId}\``);
    const answer = await heard(agreementId, from, c.req.valid("json"));
    const now = await readAgreement(pool, { company, agreementId });
    return c.json({ ...answer, state: now?.state ?? null, oks: now === undefined ? [] : oksOf(now) }, 200);
  });
}

const yes: Answered = { heard: "taken", code: null };

function no(code: string): Answered {
  return { heard: "refused", code };
}

function isState(now: string): boolean {
  return agreementStates.some((state) => state === now);
}
