import { z } from "zod";
import { audiences } from "./audience.ts";
import { provenances } from "./provenance.ts";

/**
 * A question as a person decides it in ten seconds: made once, at the gateway, and shown alike in the console, the terminal and
 * Slack. What is not known is null, and named in `absent`; nothing is made up to fill a place. Instants are ISO 8601.
 */

const Iso = z.iso.datetime();
const Verdict = z.enum(["execute", "escalate", "block"]);
/** A fact's value as it is compared (parts per million, minor units, whole numbers), and as people read it. */
const Point = z.object({ value: z.int(), text: z.string() });

/** Rows of evidence on a card; the rest is counted, and stands in the question's facts. */
export const MOST_EVIDENCE = 5;

/** How long a reading counts as fresh on a card: a day. Before anything is done it is read again. Source: our own default. */
export const FRESH_MS = 86_400_000;

const Ask = z.object({
  sentence: z.string(),
  customer: z.string().nullable(),
  product: z.string().nullable(),
  /** `what`: what the amount is, such as `discount`. */
  money: z.object({ minor: z.int(), currency: z.string(), text: z.string(), what: z.string() }).nullable(),
});

/** Where the value that asks stands between what passes, what people decide and what is blocked, all else as it is. */
const Ruler = z.object({
  fact: z.string(),
  name: z.string(),
  at: Point,
  from: Point,
  to: Point,
  /** In rising order, without gaps; each ends where the next begins. */
  bands: z.array(z.object({ verdict: Verdict, from: Point, to: Point })),
});

const Why = z.object({
  rules: z.array(
    z.object({
      id: z.string(),
      effect: Verdict,
      reason: z.string(),
      deciding: z.boolean(),
      /** The condition node by node, in written order; `depth` counts from 0. */
      tree: z.array(
        z.object({
          depth: z.int(),
          text: z.string(),
          truth: z.enum(["true", "false", "unknown"]),
          read: z.string().nullable(),
        }),
      ),
    }),
  ),
  missing: z.array(z.string()),
});

/** `observedAt`: the oldest reading that it can rest on. `ageMs`: until the card was made. */
const Evidence = z.object({
  fact: z.string(),
  name: z.string(),
  value: z.string(),
  from: z.enum(provenances).nullable(),
  systems: z.array(z.string()),
  observedAt: Iso.nullable(),
  ageMs: z.int().nullable(),
  freshness: z.enum(["fresh", "old", "unknown"]),
});

const Recommendation = z.object({
  answer: z.enum(["approve", "reject"]).nullable(),
  reasons: z.array(z.string()),
  agreement: z.object({ approved: z.int(), rejected: z.int(), of: z.int() }),
});

const Precedent = z.object({
  escalationId: z.string(),
  at: Iso,
  answer: z.enum(["approved", "rejected", "expired"]),
  failed: z.boolean(),
  likenessPpm: z.int(),
  text: z.string(),
});

/** What our ledgers say of it beside its facts. It decides nothing. Shares are millionths. */
export const CardFinding = z.object({
  code: z.enum(["missing-facts", "partner-history", "account-history", "precedents"]),
  statement: z.string(),
  points: z.enum(["approve", "reject"]).nullable(),
  sources: z.array(z.object({ source: z.string(), ref: z.string() })),
  observedAt: Iso,
  provenance: z.enum(provenances),
  audience: z.enum(audiences),
  /** By what people answered where its kind pointed somewhere before; `ppm` is null without any such answer. */
  confidence: z.object({
    ppm: z.int().nullable(),
    agreed: z.int(),
    of: z.int(),
    brierPpm: z.int().nullable(),
    text: z.string(),
  }),
});

/** What of a limit is left once this is counted; below zero it is over. In the limit's unit. */
const Room = z.object({ id: z.string(), cap: z.int(), left: z.int(), admitted: z.boolean(), text: z.string() });

const Reversible = z.object({
  /** The action that takes it back; null where none does. */
  takenBackBy: z.string().nullable(),
  /** How long an approval may be undone before anything is done. */
  undoMs: z.int(),
  text: z.string(),
});

/** What comes of it when nobody says anything, step by step. */
const Silence = z.array(
  z.object({ at: Iso, outcome: z.enum(["asks", "expires"]), role: z.string().nullable(), text: z.string() }),
);

const Beside = z.object({
  title: z.string(),
  reasons: z.array(z.string()),
  rows: z.array(z.object({ name: z.string(), asked: z.string(), other: z.string() })),
});

/** What a card has no value for is told by these names. */
const parts = ["customer", "product", "money", "ruler", "recommendation", "reply", "link"] as const;

export const Card = z.object({
  escalationId: z.string(),
  ask: Ask,
  ruler: Ruler.nullable(),
  wouldPass: z.array(z.string()),
  why: Why,
  evidence: z.object({ rows: z.array(Evidence).max(MOST_EVIDENCE), more: z.int() }),
  /** What agents said, apart from the evidence: it is no fact. */
  words: z.object({ reasoning: z.string(), noticed: z.array(z.string()) }),
  others: z.array(Beside),
  recommendation: Recommendation.nullable(),
  findings: z.array(CardFinding),
  precedents: z.array(Precedent),
  room: z.array(Room),
  /** What goes to the partner where it is rejected: ready to be sent. */
  reply: z.object({ subject: z.string(), body: z.string() }).nullable(),
  reversible: Reversible,
  silence: Silence,
  absent: z.array(z.object({ part: z.enum(parts), why: z.string() })),
});
export type Card = z.infer<typeof Card>;
export type CardPart = (typeof parts)[number];
