import { Hono } from "hono";
import { createHash } from "node:crypto";
import type { Logger } from "pino";
import { cosign, type Cosigner } from "../../proof/log/cosignature.ts";
import { MAX_BODY_BYTES, SIZE_CONTENT_TYPE } from "../../proof/witness/add-checkpoint.ts";
import {
  judge,
  readSubmission,
  refusalStatus,
  type KnownLogs,
  type Read,
  type Refusal,
  type Submission,
} from "../../proof/witness/judge.ts";
import { readBody } from "../http/limits.ts";
import type { HeadStore } from "../../proof/witness/store.ts";

export type EndpointOptions = {
  readonly logs: KnownLogs;
  readonly cosigner: Cosigner;
  readonly store: HeadStore;
  /** Unix time, whole seconds. */
  readonly nowSeconds: () => number;
  readonly log: Logger;
};

type Outcome = { readonly kind: "cosigned"; readonly line: string } | Refusal;

/**
 * A witness over HTTP, c2sp.org/tlog-witness v1.0.0: `POST /add-checkpoint` cosigns what extends the head that is known,
 * and `GET /<SHA-256 of the origin>/checkpoint` shows the newest checkpoint that was cosigned.
 */
export function createEndpoint(options: EndpointOptions): Hono {
  const { logs, store, log } = options;
  const app = new Hono();
  app.post("/add-checkpoint", async (c) => {
    const body = await readBody(c.req.raw, MAX_BODY_BYTES);
    if (body.kind === "too-large") return c.text(`a request has at most ${MAX_BODY_BYTES} bytes\n`, 413);
    const outcome = outcomeOf(readSubmission(body.bytes, logs), options);
    if (outcome.kind === "cosigned") return c.text(outcome.line);
    if (outcome.kind === "conflict") {
      return c.body(`${outcome.size}\n`, refusalStatus.conflict, { "content-type": SIZE_CONTENT_TYPE });
    }
    return c.text(`${outcome.reason}\n`, refusalStatus[outcome.kind]);
  });
  const origins = new Map([...logs.keys()].map((origin) => [originHash(origin), origin]));
  app.get("/:origin/checkpoint", (c) => {
    const head = store.head(origins.get(c.req.param("origin")) ?? "");
    return head === undefined ? c.text("no checkpoint of this log was cosigned here\n", 404) : c.text(head.note);
  });
  app.notFound((c) => c.text("a witness serves POST /add-checkpoint and GET /<origin hash>/checkpoint\n", 404));
  app.onError((error, c) => {
    log.error({ error: error.message }, "a request failed");
    return c.text("the witness failed; try again\n", 500);
  });
  return app;
}

/** Where a log's checkpoint is shown: SHA-256 of its origin, lower-case hex. */
export function originHash(origin: string): string {
  return createHash("sha256").update(origin, "utf8").digest("hex");
}

function outcomeOf(read: Read, { store, cosigner, nowSeconds, log }: EndpointOptions): Outcome {
  if (read.kind !== "read") return read;
  const { submission } = read;
  const { origin, size } = submission.checkpoint;
  const outcome = store.advance<Outcome>(origin, (head) => {
    const verdict = judge(submission, head);
    if (verdict.kind !== "cosign") return { answer: verdict };
    const line = cosign(submission.text, cosigner, nowSeconds());
    const { rootHash } = submission.checkpoint;
    return { answer: { kind: "cosigned", line }, head: { size, rootHash, note: noteOf(submission, line) } };
  });
  if (outcome.kind === "cosigned") log.info({ origin, size }, "checkpoint cosigned");
  // Signed by the log: it may prove that the log misbehaved, so it is told whole.
  if (outcome.kind === "inconsistent") {
    log.warn({ origin, reason: outcome.reason, checkpoint: noteOf(submission, "") }, "inconsistent checkpoint refused");
  }
  return outcome;
}

function noteOf({ text, lines }: Submission, cosignature: string): string {
  return `${text}\n${lines.map((line) => `${line}\n`).join("")}${cosignature}`;
}
