import type { Logger } from "pino";
import { openServiceQuestions } from "../audit/ledgers/service-decisions.ts";
import { startPump, type Pump } from "../db/pump.ts";
import { asksForOutage } from "../domain/outage.ts";
import { decideServiceInstead, type InsteadDeps } from "./service-instead.ts";

/** Open questions that one round looks at. */
const PAGE = 200;

type OutageDeps = InsteadDeps & { readonly log: Logger; readonly pollMs?: number };

/**
 * Looks again at what only an outage put to people, of requests to the decide service, which no workflow waits for: a page of the open
 * questions each round, from the beginning after the last. Any number of gateways may do it; the ledger takes each back once.
 */
export function startOutageWatch({ log, pollMs = 5_000, ...deps }: OutageDeps): Pump {
  const { pool, company } = deps;
  const child = log.child({ component: "outages" });
  let after: readonly string[] | undefined;
  return startPump(
    async () => {
      const page = await openServiceQuestions(pool, company, { after, limit: PAGE });
      after = page.length < PAGE ? undefined : page.at(-1)?.place;
      for (const { escalationId, decisionId, place } of page.filter(({ rules }) => asksForOutage(rules))) {
        const became = await decideServiceInstead(deps, { escalationId, decisionId });
        if (became === "decided") child.info({ escalationId, decisionId }, "decided without people");
        if (became !== "away") continue;
        // What it waited for is away for others too: the next round goes on behind it.
        after = place;
        return;
      }
    },
    child,
    pollMs,
  );
}
