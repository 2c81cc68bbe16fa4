import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Pump } from "../../db/pump.ts";
import type { ReplyMessage } from "../../workflows/reply.ts";
import { startOutbox } from "./outbox.ts";
import type { ReplyMessenger } from "./workflow-starter.ts";

export type ReplyRelayDeps = {
  readonly pool: Pool;
  readonly messenger: ReplyMessenger;
  readonly log: Logger;
  readonly pollMs?: number;
};

/** Wakes cases that something arrived for from the outside, at least once. One that no longer runs has nothing to do with it. */
export function startReplyRelay({ pool, messenger, log, pollMs }: ReplyRelayDeps): Pump {
  const child = log.child({ component: "reply-relay" });
  return startOutbox<ReplyMessage>({
    pool,
    topic: "reply",
    async tell({ payload: { caseId, correlation } }) {
      const delivery = await messenger.deliverReply(caseId, { correlation });
      if (delivery === "gone") child.info({ caseId }, "reply for a case that ended");
    },
    log: child,
    pollMs,
  });
}
