import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Pump } from "../../db/pump.ts";
import { startOutbox, type Outgoing } from "./outbox.ts";

/** What a case that no longer runs is not told, in the log's words. */
const untold = {
  reply: "reply for a case that ended",
  agreement: "agreement of a case that ended",
  question: "move of a question whose case ended",
} as const;

type WakeRelayDeps<Message> = {
  readonly pool: Pool;
  readonly topic: keyof typeof untold;
  /** `gone`: the case no longer runs. Rejects when the engine could not be asked. */
  readonly wake: (payload: Outgoing<Message>["payload"]) => Promise<"woken" | "gone">;
  readonly log: Logger;
};

/** Wakes cases that something arrived for, at least once. One that no longer runs has nothing to do with it. */
export function startWakeRelay<Message>({ pool, topic, wake, log }: WakeRelayDeps<Message>): Pump {
  const child = log.child({ component: `${topic}-relay` });
  return startOutbox<Message>({
    pool,
    topic,
    async tell({ payload }) {
      const { caseId } = payload;
      if ((await wake(payload)) === "gone") child.info({ caseId }, untold[topic]);
    },
    log: child,
  });
}
