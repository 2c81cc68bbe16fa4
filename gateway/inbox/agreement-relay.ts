import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Pump } from "../../db/pump.ts";
import type { AgreementMessage } from "../../workflows/agree.ts";
import { startOutbox } from "./outbox.ts";
import type { AgreementMessenger } from "./workflow-starter.ts";

type AgreementRelayDeps = {
  readonly pool: Pool;
  readonly messenger: AgreementMessenger;
  readonly log: Logger;
  readonly pollMs?: number;
};

/** Wakes cases whose sides said something that counts, at least once. One that no longer runs has nothing to do with it. */
export function startAgreementRelay({ pool, messenger, log, pollMs }: AgreementRelayDeps): Pump {
  const child = log.child({ component: "agreement-relay" });
  return startOutbox<AgreementMessage>({
    pool,
    topic: "agreement",
    async tell({ payload: { caseId, agreementId } }) {
      const delivery = await messenger.deliverAgreement(caseId, { agreementId });
      if (delivery === "gone") child.info({ caseId }, "agreement of a case that ended");
    },
    log: child,
    pollMs,
  });
}
