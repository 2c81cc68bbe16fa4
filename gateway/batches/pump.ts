import type { Logger } from "pino";
import type { LedgerPool } from "../../audit/records.ts";
import { startPump, type Pump } from "../../db/pump.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { foldRows } from "./fold-rows.ts";
import { hearersOf, type Hearer } from "./hearers.ts";
import { ABANDONED_MS } from "./limits.ts";
import { alone } from "./lock.ts";
import { abandonBatches, closeDone, openShares, type OpenShare } from "./open-batches.ts";
import { tellObjects } from "./tell.ts";

export type BatchPumpDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  readonly functions: FunctionTable;
  /** The company's clock, ISO 8601. */
  readonly now: () => string;
  /** Called when objects wait in the inbox for their cases. */
  readonly onTold: () => void;
  readonly log: Logger;
};

/** How soon to look again while a batch's objects are on the way to their cases, in milliseconds. */
const SOON_MS = 250;

/**
 * Carries stored batches on: rows are folded into objects, objects told to their cases a few at a time. Any number may run:
 * one at a time works at a function's batch, and goes on where another one was interrupted. `stop` waits for a page of rows.
 */
export function startBatchPump(deps: BatchPumpDeps): Pump {
  const { pool, company, now, log } = { ...deps, log: deps.log.child({ component: "batches" }) };
  let isStopped = false;
  let soon: NodeJS.Timeout | undefined;
  /** Told once: another gateway may know them, or will. */
  const unknown = new Set<string>();

  function hearerOf({ batchId, source, functionId }: OpenShare): Hearer | undefined {
    const hearer = hearersOf(source, deps.functions).find((one) => one.functionId === functionId);
    if (hearer === undefined && !unknown.has(functionId)) {
      unknown.add(functionId);
      log.error({ batchId, source, functionId }, "a batch waits for a function that does not hear it");
    }
    return hearer;
  }

  async function round(): Promise<void> {
    clearTimeout(soon);
    await abandonBatches(pool, company, new Date(Date.parse(now()) - ABANDONED_MS).toISOString());
    const open = (await openShares(pool, company)).flatMap((share) => {
      const hearer = hearerOf(share);
      return hearer === undefined ? [] : [{ share, hearer }];
    });
    for (const { share, hearer } of open) {
      if (isStopped) return;
      const { batchId, functionId } = share;
      const work = () => carryOn(deps, share, hearer, () => isStopped);
      await alone(pool, company, `${batchId} ${functionId}`, work).catch((error: unknown) => {
        log.error({ err: error, batchId, functionId }, "a batch does not go on");
      });
    }
    // Of what a gateway that died had told, too.
    await closeDone(pool, company, now());
    if (open.length > 0 && !isStopped) soon = setTimeout(pump.poke, SOON_MS);
  }

  const pump = startPump(round, log);
  return {
    poke: pump.poke,
    async stop() {
      isStopped = true;
      await pump.stop();
      clearTimeout(soon);
    },
  };
}

/** Looks where the function's batch is now that nobody else is at it, and takes it further. */
async function carryOn(
  { pool, company, now, onTold }: BatchPumpDeps,
  { batchId, functionId }: OpenShare,
  hearer: Hearer,
  isStopped: () => boolean,
): Promise<void> {
  const share = (await openShares(pool, company, batchId)).find((one) => one.functionId === functionId);
  if (share === undefined) return;
  if (share.state === "folding" && !(await foldRows(pool, share, hearer, isStopped))) return;
  if ((await tellObjects(pool, share, hearer, now())) > 0) onTold();
}
