import { z } from "@hono/zod-openapi";
import { modes } from "../../../domain/decision-details.ts";
import { releaseActions } from "../../../domain/policy-release.ts";
import { WHOLE_PPM } from "../../../domain/ppm.ts";

/** The shapes of policy releases, autonomy modes and signing keys. */

const Iso = z.iso.datetime();
const Hash = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits");
const Mode = z.enum(modes);
const Share = z.int().min(1).max(WHOLE_PPM).openapi({ description: "parts per million of subjects" });

export const ReleaseId = z.object({ release: Hash });
export const PolicyId = z.object({ policyId: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/) });

const signed = {
  /** The place in the history that is signed for. */
  n: z.int().min(1),
  reason: z.string().trim().min(1, "a change needs a reason").max(1000),
  at: Iso,
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/, "expected an Ed25519 signature, base64"),
};

export const SignedChange = z
  .strictObject({ ...signed, parent: Hash.nullable(), canaryPpm: Share })
  .openapi("SignedChange");

export const SignedRelease = z
  .strictObject({ ...signed, parent: Hash.nullable(), canaryPpm: Share, document: z.string() })
  .openapi("SignedRelease");

export const SignedMode = z.strictObject({ ...signed, mode: Mode }).openapi("SignedMode");

export const SigningKey = z
  .strictObject({ publicKey: z.string().max(100).openapi({ description: "Ed25519, SPKI, base64" }) })
  .openapi("SigningKey");

const Waiting = z.object({
  action: z.enum(["apply", "rollback"]),
  release: Hash,
  canaryPpm: Share,
  person: z.string(),
  /** Roles of which one, held by another person, lets it pass. */
  roles: z.array(z.string()),
});

/** What a change led to. `loosens`: why it needs a second person. */
export const ReleaseChanged = z
  .object({
    release: Hash,
    state: z.enum(["in-force", "canary", "waiting", "withdrawn"]),
    inForce: Hash.nullable(),
    loosens: z.array(z.string()),
    waiting: Waiting.nullable(),
  })
  .openapi("ReleaseChanged");
export type ReleaseChanged = z.infer<typeof ReleaseChanged>;

export const ModeView = z
  .object({
    policy: z.string(),
    mode: Mode,
    person: z.string().nullable(),
    at: Iso.nullable(),
    waiting: z.object({ mode: Mode, person: z.string(), roles: z.array(z.string()) }).nullable(),
  })
  .openapi("AutonomyMode");
export type ModeView = z.infer<typeof ModeView>;

const ReleaseChangeView = z.object({
  n: z.int(),
  action: z.enum(releaseActions),
  release: Hash,
  canaryPpm: Share,
  person: z.string(),
  role: z.string(),
  reason: z.string(),
  at: Iso,
});

/** What is in force, what waits, and how it came to that. */
export const Releases = z
  .object({
    /** The last place taken in the history of releases, and in that of modes. */
    n: z.int(),
    modesN: z.int(),
    inForce: Hash.nullable(),
    canary: z.object({ release: Hash, canaryPpm: Share }).nullable(),
    waiting: Waiting.nullable(),
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

export const ReleaseView = z
  .object({ release: Hash, parent: Hash.nullable(), document: z.string() })
  .openapi("Release");
export type ReleaseView = z.infer<typeof ReleaseView>;
