import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { readRelease, readReleaseChanges, readSigners } from "../../audit/ledgers/releases.ts";
import { releaseActions, rolesFor } from "../../domain/policy-release.ts";
import { WHOLE_PPM } from "../../domain/ppm.ts";
import { changeRelease, type AskedChange, type Changed, type ChangeDeps } from "../../releases/change.ts";
import type { Canary, Displaced, Pending } from "../../releases/history.ts";
import { modeStateOf } from "../../releases/modes.ts";
import type { Head } from "../../releases/reader.ts";
import type { ApiEnv } from "./auth.ts";
import { asJson } from "./door.ts";
import { ModeView, modeView } from "./modes.ts";
import type { Person } from "../../audit/ledgers/directory.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Hash, MAX_RELEASE_BYTES, ReleaseId } from "./release-id.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";
import { changeRefusals, refuseChange, signed, tellChange, type SignedChangeDeps } from "./signed-change.ts";

/** At most this many changes are listed, the last ones. */
const MAX_LISTED = 50;

const Share = z.int().min(1).max(WHOLE_PPM).openapi({ description: "parts per million of subjects" });

const SignedChange = z.strictObject({ ...signed, parent: Hash.nullable(), canaryPpm: Share }).openapi("SignedChange");

const SignedRelease = z
  .strictObject({
    ...signed,
    parent: Hash.nullable(),
    canaryPpm: Share,
    replaces: Hash.nullable().default(null).openapi({
      description:
        "the release that waits, else the canary that runs, which gives its place to this one; it is signed too",
    }),
    document: z.string(),
  })
  .openapi("SignedRelease");

const Waiting = z.object({
  action: z.enum(["apply", "rollback"]),
  release: Hash,
  canaryPpm: Share,
  person: z.string(),
  /** Since when it waits. */
  at: Iso,
  /** Roles of which one, held by another person, lets it pass. */
  roles: z.array(z.string()),
});

/** What waited or ran as a canary, and lost its place: whose it was, and by whose change. */
const DisplacedView = z
  .object({
    was: z.enum(["waiting", "canary"]),
    release: Hash,
    person: z.string(),
    by: z.object({ n: z.int(), release: Hash, person: z.string(), at: Iso }),
  })
  .openapi("DisplacedRelease");

/** What a change led to. `loosens`: why it needs a second person, or what a second person let pass. */
const ReleaseChanged = z
  .object({
    release: Hash,
    state: z.enum(["in-force", "canary", "waiting", "withdrawn"]),
    inForce: Hash.nullable(),
    loosens: z.array(z.string()),
    waiting: Waiting.nullable(),
    displaced: z.array(DisplacedView),
  })
  .openapi("ReleaseChanged");
export type ReleaseChanged = z.infer<typeof ReleaseChanged>;

const ReleaseChangeView = z.object({
  n: z.int(),
  action: z.enum(releaseActions),
  release: Hash,
  canaryPpm: Share,
  replaces: Hash.nullable(),
  person: z.string(),
  role: z.string(),
  reason: z.string(),
  at: Iso,
});

/** What is in force, what waits, and how it came to that. */
const Releases = z
  .object({
    /** The last place taken in the history of releases, and in that of modes. */
    n: z.int(),
    modesN: z.int(),
    inForce: Hash.nullable(),
    /** `person`: who proposed it. `at`: since when it runs. */
    canary: z.object({ release: Hash, canaryPpm: Share, person: z.string(), at: Iso }).nullable(),
    /** `loosens`: why it waits, each reason naming its policy. */
    waiting: Waiting.extend({ loosens: z.array(z.string()) }).nullable(),
    /** Each until who had asked for it makes another change. */
    displaced: z.array(DisplacedView),
    /** What each release follows. */
    parents: z.record(Hash, Hash.nullable()),
    /** The latest changes, the last first. */
    changes: z.array(ReleaseChangeView),
    modes: z.array(ModeView),
    /** What does not count or is not used, and why. */
    problems: z.array(z.string()),
    /** Who asks, and their registered signing key. */
    you: z.object({ personId: z.string(), role: z.string(), publicKey: z.string().nullable() }),
  })
  .openapi("Releases");
export type Releases = z.infer<typeof Releases>;

const ReleaseView = z.object({ release: Hash, parent: Hash.nullable(), document: z.string() }).openapi("Release");

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/releases",
  summary: "Read which policies are in force, what waits for a second person, and how it came to that",
  responses: { ...ok("What is in force", Releases), ...problemResponses({ 401: "No token of a known person" }) },
});

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/releases/{release}",
  summary: "Read a release: its policies as canonical JSON, whose SHA-256 is its name",
  request: { params: ReleaseId },
  responses: {
    ...ok("The release", ReleaseView),
    ...problemResponses({ 400: "The id is no id", 401: "No token of a known person", 404: "No such release" }),
  },
});

const taken = { ...ok("Taken and durable", ReleaseChanged), ...changeRefusals };

const apply = createRoute({
  ...withToken,
  method: "put",
  path: "/v1/releases/{release}",
  summary: "Propose a release; what is proved to loosen nothing is in force at once",
  request: { params: ReleaseId, body: jsonBody(SignedRelease) },
  responses: taken,
});

const promote = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/releases/{release}/promote",
  summary: "Let a release pass as the second person, or a canary go on",
  request: { params: ReleaseId, body: jsonBody(SignedChange) },
  responses: taken,
});

const rollback = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/releases/{release}/rollback",
  summary: "Take a release back: the one it follows is in force again",
  request: { params: ReleaseId, body: jsonBody(SignedChange) },
  responses: taken,
});

/** Policy releases. Nothing here decides a request. */
export function releasesApi(deps: SignedChangeDeps) {
  const { sql, company } = deps;
  const change = async (c: Context<ApiEnv>, asked: AskedChange) => {
    const changed = await changeRelease(deps, c.var.person, asked);
    const { action, release } = asked;
    if (changed.kind === "refused") return refuseChange(c, deps, { action, release }, changed);
    const answer = changedView(release, changed);
    tellChange(c, deps, { action, release, state: answer.state }, "policy release changed");
    return c.json(answer, 200);
  };
  const plain = { document: null, replaces: null } as const;
  const app = new OpenAPIHono<ApiEnv>();
  guardReleases(app);
  return app
    .openapi(list, async (c) => c.json(await releasesView(deps, c.var.person), 200))
    .openapi(show, async (c) => {
      const { release } = c.req.valid("param");
      const kept = await readRelease(sql, company, release);
      return kept === undefined ? refuse(c, "not-found", `no release \`${release}\``) : c.json(kept, 200);
    })
    .openapi(apply, (c) => change(c, { ...c.req.valid("param"), ...c.req.valid("json"), action: "apply" }))
    .openapi(promote, (c) =>
      change(c, { ...c.req.valid("param"), ...c.req.valid("json"), ...plain, action: "promote" }),
    )
    .openapi(rollback, (c) =>
      change(c, { ...c.req.valid("param"), ...c.req.valid("json"), ...plain, action: "rollback" }),
    );
}

/** A release may be larger than other bodies; it is read as strictly. */
function guardReleases(app: OpenAPIHono<ApiEnv>): void {
  const onError = (c: Context) => refuse(c, "too-large", "a release has at most 8 MiB");
  app.put("/v1/releases/*", bodyLimit({ maxSize: MAX_RELEASE_BYTES, onError }), asJson);
}

async function releasesView({ sql, company, reader }: ChangeDeps, person: Person): Promise<Releases> {
  const reading = await reader.read();
  const { standing, modes, inForce, canary, problems } = reading;
  const waiting = waitingView(standing.pending);
  const changes = await readReleaseChanges(sql, company, Math.max(0, standing.n - MAX_LISTED));
  const publicKey = (await readSigners(sql, company)).get(person.personId) ?? null;
  const policies = new Set([...policyIdsIn(inForce), ...policyIdsIn(canary), ...Object.keys(modes.policies)]);
  return {
    n: standing.n,
    modesN: modes.n,
    inForce: standing.inForce,
    canary: canaryView(standing.canary),
    waiting: waiting && { ...waiting, loosens: [...(await reader.waitsBecause(reading))] },
    displaced: standing.displaced.map(displacedView),
    parents: { ...standing.parents },
    changes: changes.toReversed().map((change) => {
      const { n, action, release, canaryPpm, replaces, person: who, role, reason, at } = change;
      return { n, action, release, canaryPpm, replaces, person: who, role, reason, at };
    }),
    modes: [...policies].toSorted().map((policy) => modeView(policy, modeStateOf(modes, policy))),
    problems: [...problems, ...unused(inForce), ...unused(canary)],
    you: { personId: person.personId, role: person.role, publicKey },
  };
}

function policyIdsIn(head: Head): readonly string[] {
  return head.kind === "sound" ? Object.keys(head.bundle.policies) : [];
}

function unused(head: Head): readonly string[] {
  return head.kind === "bad" ? [`release \`${head.release}\` is not used: ${head.detail}`] : [];
}

function displacedView({ by, ...rest }: Displaced): z.infer<typeof DisplacedView> {
  return { ...rest, by: { ...by } };
}

function canaryView(running: Canary | null): Releases["canary"] {
  if (running === null) return null;
  const { release, canaryPpm, person, at } = running;
  return { release, canaryPpm, person, at };
}

function waitingView(pending: Pending | null): ReleaseChanged["waiting"] {
  if (pending === null) return null;
  const { action, release, canaryPpm, person, at } = pending;
  return { action, release, canaryPpm, person, at, roles: [...rolesFor("approve")] };
}

/** What a change of this release led to. */
function changedView(release: string, { standing, loosens, displaced }: Changed): ReleaseChanged {
  const { inForce, canary, pending } = standing;
  const waits = pending?.release === release;
  const state = waits
    ? "waiting"
    : canary?.release === release
      ? "canary"
      : inForce === release
        ? "in-force"
        : "withdrawn";
  const waiting = waits ? waitingView(pending) : null;
  return { release, state, inForce, loosens: [...loosens], waiting, displaced: displaced.map(displacedView) };
}
