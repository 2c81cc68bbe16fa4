import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Currency, formatMinor } from "../../domain/money.ts";
import { nameInWords } from "../../domain/name-in-words.ts";
import { readRelease } from "../../audit/ledgers/releases.ts";
import { readBundle, type Bundle } from "../../releases/bundle.ts";
import type { ChangeDeps } from "../../releases/change.ts";
import { weigh, type WeighedTurn } from "../../releases/weigh.ts";
import { asJson } from "./door.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Hash, MAX_RELEASE_BYTES, ReleaseId } from "./release-id.ts";
import { Iso, jsonBody, ok, Verdict, withToken } from "./route.ts";

const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const words = list(z.string());
const Count = z.int().min(0);

const Side = z.object({
  verdict: Verdict,
  answeredBy: z.object({ route: z.string(), quorum: z.int() }).nullable(),
  rules: words,
});

/** Requests that come to be decided otherwise, with one of them. */
const Region = z.object({
  direction: z.enum(["loosening", "tightening", "other-route"]),
  where: z.string(),
  witness: z.record(z.string(), z.unknown()).openapi({ description: "the facts of one such request" }),
  from: Side,
  to: Side,
  overrides: words,
  day: z.string().nullable(),
});

const Diff = z.object({
  equal: z.boolean(),
  facts: words,
  beside: words,
  changes: list(Region),
  more: words,
  undecided: words,
});

const Counted = z.object({ count: Count, sharePpm: Count });
const Share = z.object({ of: Count, count: Count, sharePpm: Count, lowerPpm: Count, upperPpm: Count });
const Row = z.object({ execute: Count, escalate: Count, block: Count });

const Flip = z.object({
  decisionId: z.string(),
  caseId: z.string(),
  at: z.string(),
  from: Verdict,
  to: Verdict,
  change: z.enum(["loosening", "tightening"]),
  subject: z.string().nullable(),
  money: list(z.object({ fact: z.string(), minor: z.int(), currency: Currency })),
  rulesBefore: words,
  rulesAfter: words,
  limitsOver: words,
});

const RuleAgreement = z.object({
  rule: z.string(),
  effect: Verdict,
  state: z.enum(["active", "candidate"]),
  kind: z.enum(["agreed", "approved"]),
  share: Share,
  against: words,
});

const Contradiction = z.object({
  decisionId: z.string(),
  escalationId: z.string(),
  person: z.enum(["approved", "rejected"]),
  to: Verdict,
});

const Simulation = z.object({
  policy: z.string(),
  replayed: Count,
  matrix: z.object({ execute: Row, escalate: Row, block: Row }),
  loosening: Counted,
  tightening: Counted,
  unchanged: Counted,
  money: list(
    z.object({
      fact: z.string(),
      currency: Currency,
      toExecuteMinor: z.int(),
      fromExecuteMinor: z.int(),
      text: z.string().openapi({ description: "both amounts in a sentence" }),
    }),
  ),
  subjects: z.object({ fact: z.string(), touched: words }).nullable(),
  contradictions: list(Contradiction),
  agreement: z.object({ decidedByPeople: Count, asks: Count, agreed: Share }),
  rules: list(RuleAgreement),
  pending: list(z.object({ escalationId: z.string(), decisionId: z.string(), to: Verdict })),
  limits: list(z.object({ id: z.string(), within: Count, over: Count, overBefore: Count, unread: Count })),
  heldByMode: Count,
  unreplayable: list(z.object({ why: z.string(), decisionIds: words })),
  ofOtherPolicies: Count,
  flips: list(Flip).openapi({ description: "the weightiest hundred; `recent.flips` counts all" }),
});

const Turn = z.object({
  policy: z.string(),
  /** Versions; null where there is none. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  diff: Diff.nullable(),
  loosens: words,
  loosensBeside: words,
  undecided: words,
  recent: z
    .object({
      since: Iso,
      wholeSince: Iso,
      taken: Count,
      read: Count,
      byOtherVersions: Count,
      flips: Count,
      simulation: Simulation,
    })
    .nullable(),
});

/** What a release would change: of each policy that becomes another, what is decided otherwise and what that had meant. */
const Behaviour = z
  .object({
    release: Hash,
    /** What it is compared with; null where nothing sound is in force. */
    against: Hash.nullable(),
    policies: list(Turn),
  })
  .openapi("ReleaseBehaviour");
export type ReleaseBehaviour = z.infer<typeof Behaviour>;

const told = ok("Every policy that becomes another one", Behaviour);

const ofKept = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/releases/{release}/behaviour",
  summary: "Tell what a release changes against what is in force: regions with a request each, and recent history",
  request: { params: ReleaseId },
  responses: {
    ...told,
    ...problemResponses({
      400: "The id is no id",
      401: "No token of a known person",
      404: "No such release",
      422: "The release is not sound",
    }),
  },
});

const ofProposed = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/releases/{release}/behaviour",
  summary: "Tell what a release would change before it is proposed; nothing is kept",
  request: { params: ReleaseId, body: jsonBody(z.strictObject({ document: z.string() }).openapi("ReleaseDocument")) },
  responses: {
    ...told,
    ...problemResponses({
      400: "A field is wrong; `errors` points at it",
      401: "No token of a known person",
      413: "The body is too large",
      422: "The release is not sound",
    }),
  },
});

/** What who signs for a release is shown. Nothing here changes anything. */
export function releaseBehaviourApi(deps: ChangeDeps) {
  const { reader } = deps;
  const behaviourOf = async (bundle: Bundle): Promise<ReleaseBehaviour> => {
    const { inForce } = await reader.read();
    const before = inForce.kind === "sound" ? inForce.bundle : undefined;
    const policies = await weigh(deps, { before: before?.policies, after: bundle.policies });
    return { release: bundle.release, against: before?.release ?? null, policies: policies.map(turnTold) };
  };
  const app = new OpenAPIHono<ApiEnv>();
  const onError = (c: Context) => refuse(c, "too-large", "a release has at most 8 MiB");
  app.post("/v1/releases/:release/behaviour", bodyLimit({ maxSize: MAX_RELEASE_BYTES, onError }), asJson);
  return app
    .openapi(ofKept, async (c) => {
      const { release } = c.req.valid("param");
      const kept = await readRelease(deps.sql, deps.company, release);
      if (kept === undefined) return refuse(c, "not-found", `no release \`${release}\``);
      const bundle = soundBundle(release, kept.document);
      if (typeof bundle === "string") return refuse(c, "release-refused", bundle);
      return c.json(await behaviourOf(bundle), 200);
    })
    .openapi(ofProposed, async (c) => {
      const bundle = soundBundle(c.req.valid("param").release, c.req.valid("json").document);
      if (typeof bundle === "string") return refuse(c, "release-refused", bundle);
      return c.json(await behaviourOf(bundle), 200);
    });
}

/** Amounts in words too: who shows them has no table of currencies. */
function turnTold(turn: WeighedTurn): ReleaseBehaviour["policies"][number] {
  if (turn.recent === null) return { ...turn, recent: null };
  const { simulation } = turn.recent;
  const money = simulation.money.map((moved) => {
    const { fact, currency, toExecuteMinor, fromExecuteMinor } = moved;
    const [more, less] = [formatMinor(toExecuteMinor, currency), formatMinor(fromExecuteMinor, currency)];
    return {
      ...moved,
      text: `${nameInWords(fact)}: ${more} would pass alone that did not, ${less} would not that did`,
    };
  });
  return { ...turn, recent: { ...turn.recent, simulation: { ...simulation, money } } };
}

/** The bundle, or why it is none. */
function soundBundle(release: string, document: string): Bundle | string {
  try {
    return readBundle(release, document);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
