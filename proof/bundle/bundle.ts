import type { LedgerPool } from "../../audit/vault.ts";
import { caseLog } from "./case-log.ts";
import { bundlePaths } from "./layout.ts";
import { BUNDLE_FORMAT, writeManifest, type Manifest } from "./manifest.ts";
import { textPiece, type Piece } from "./piece.ts";
import { planLogs, type BundleAsk, type BundleRefusal, type LogPlan } from "./plan.ts";
import { readDurability } from "./rows.ts";
import { openSnapshot, type Snapshot } from "./snapshot.ts";
import { createTelling } from "./telling.ts";
import { wholeLog } from "./whole-log.ts";

/** A bundle on its way. `pieces` is read once; `close` gives the database's view back, whether or not they were read. */
export type Bundle = {
  readonly kind: "bundle";
  readonly manifest: Manifest;
  readonly pieces: AsyncGenerator<Piece, void>;
  close(): Promise<void>;
};

/**
 * Everything of one moment: the newest checkpoint of each log that the reader may see, and what that covers. Pages of 256
 * entries are read at a time, whatever the log's size.
 */
export async function openBundle(pool: LedgerPool, ask: BundleAsk): Promise<Bundle | BundleRefusal> {
  const snapshot = closingOnce(await openSnapshot(pool));
  try {
    const plans = await planLogs(snapshot.ledger, ask);
    if ("kind" in plans) {
      await snapshot.close();
      return plans;
    }
    const manifest = await manifestOf(snapshot, ask, plans);
    return { kind: "bundle", manifest, pieces: piecesOf(snapshot, ask, manifest, plans), close: snapshot.close };
  } catch (error) {
    await snapshot.close();
    throw error;
  }
}

/** What a bundle of these logs says of itself. */
export async function manifestOf(
  { ledger }: Pick<Snapshot, "ledger">,
  ask: BundleAsk,
  plans: readonly LogPlan[],
): Promise<Manifest> {
  const { company, reader, selection, exportedAt } = ask;
  const durability = await readDurability(ledger);
  const logs = plans.map(({ manifest }) => manifest);
  const attribution = { signingKeys: "platform" } as const;
  return { format: BUNDLE_FORMAT, company, reader, selection, exportedAt, durability, attribution, logs };
}

async function* piecesOf(
  snapshot: Snapshot,
  ask: BundleAsk,
  manifest: Manifest,
  plans: readonly LogPlan[],
): AsyncGenerator<Piece, void> {
  const { ledger, close } = snapshot;
  try {
    yield textPiece(bundlePaths.manifest, writeManifest(manifest));
    const telling = createTelling(ledger, ask);
    for (const plan of plans) {
      const { folder, origin, complete } = plan.manifest;
      yield textPiece(`${folder}/checkpoint`, plan.note);
      yield textPiece(`${folder}/vkeys`, `${ask.signerOf(origin).vkey}\n`);
      yield textPiece(`${folder}/witness-vkeys`, plan.witnesses.map((vkey) => `${vkey}\n`).join(""));
      yield* complete ? wholeLog(ledger, ask, plan, telling) : caseLog(ledger, ask, plan, telling);
    }
    yield* telling.policies();
  } finally {
    await close();
  }
}

function closingOnce({ ledger, close }: Snapshot): Snapshot {
  let closed: Promise<void> | undefined;
  return { ledger, close: () => (closed ??= close()) };
}
