import { readModeChanges } from "../audit/ledgers/autonomy-modes.ts";
import { readRelease, readReleaseChanges, readSigners, type Signers } from "../audit/ledgers/releases.ts";
import type { Sql } from "../audit/records.ts";
import { readBundle, type Bundle } from "./bundle.ts";
import { beginning, type Standing, type Step } from "./history.ts";
import { noListReading, readLists, type ListReading } from "./lists.ts";
import { loosenings } from "./loosening.ts";
import { noModes, type ModeStanding } from "./modes.ts";
import { verifyModes, verifyReleases } from "./verify.ts";

/** A release that the history names: verified, or why it cannot be trusted. */
export type Head =
  | { readonly kind: "none" }
  | { readonly kind: "sound"; readonly bundle: Bundle }
  | { readonly kind: "bad"; readonly release: string; readonly detail: string };

/** What is in force by the ledgers alone, every signature and hash of it verified. */
export type Reading = {
  readonly standing: Standing;
  readonly modes: ModeStanding;
  readonly lists: ListReading;
  readonly inForce: Head;
  readonly canary: Head;
  /** Changes of the history that do not count, each with its place. */
  readonly problems: readonly string[];
};

export type ReleaseReader = {
  /** Reads what changed since the last time. Rejects only when the database does not answer. */
  read(): Promise<Reading>;
  /** A verified bundle. Throws when there is none, or it is not sound. */
  bundleOf(release: string): Promise<Bundle>;
  /** Why what waits asks for a second person, each reason naming its policy; empty where nothing waits. */
  waitsBecause(reading: Reading): Promise<readonly string[]>;
};

type Deps = { readonly sql: Sql; readonly company: string };

type Known = Pick<Reading, "standing" | "modes" | "lists" | "problems">;

/** Reads and verifies a company's releases. What was verified once is kept. */
export function createReleaseReader({ sql, company }: Deps): ReleaseReader {
  let known: Known = { standing: beginning, modes: noModes, lists: noListReading, problems: [] };
  const bundles = new Map<string, Bundle>();

  async function bundleOf(release: string): Promise<Bundle> {
    const kept = bundles.get(release);
    if (kept !== undefined) return kept;
    const row = await readRelease(sql, company, release);
    if (row === undefined) throw new Error("there is no bundle for it");
    const bundle = readBundle(release, row.document);
    bundles.set(release, bundle);
    return bundle;
  }

  const reasonsAgainst = provingOnce(bundleOf);

  async function proveStep(step: Step): Promise<void> {
    const reasons = await reasonsAgainst(step);
    if (reasons.length > 0) throw new Error(`one person alone let pass what may loosen: ${reasons.join("; ")}`);
  }

  async function headOf(release: string | undefined | null, steps: readonly Step[], standing: Standing): Promise<Head> {
    if (release === null || release === undefined) return { kind: "none" };
    try {
      const bundle = await bundleOf(release);
      if (bundle.parent !== (standing.parents[release] ?? null))
        throw new Error("it follows another release than signed");
      for (const step of steps) await proveStep(step);
      return { kind: "sound", bundle };
    } catch (error) {
      if (isDatabaseFault(error)) throw error;
      return { kind: "bad", release, detail: error instanceof Error ? error.message : String(error) };
    }
  }

  async function waitsBecause(reading: Reading): Promise<readonly string[]> {
    const step = stepWaiting(reading);
    return "from" in step ? reasonsAgainst(step) : step.reasons;
  }

  return {
    bundleOf,
    waitsBecause,
    async read() {
      known = await readOn({ sql, company }, known);
      const { standing } = known;
      const { canary: waiting, inForce, steps } = standing;
      return {
        ...known,
        inForce: await headOf(inForce, steps, standing),
        canary: await headOf(waiting?.release, waiting?.step ? [waiting.step] : [], standing),
      };
    },
  };
}

/** What the ledgers say by now, read on from what they said before. */
async function readOn({ sql, company }: Deps, from: Known): Promise<Known> {
  const changes = await readReleaseChanges(sql, company, from.standing.n);
  const modeChanges = await readModeChanges(sql, company, from.modes.n);
  const signers = changes.length + modeChanges.length > 0 ? await readSigners(sql, company) : noSigners;
  const { standing, problems } = verifyReleases(from.standing, changes, signers);
  const modes = verifyModes(from.modes, modeChanges, signers);
  const lists = await readLists({ sql, company }, from.lists, () => readSigners(sql, company));
  const ofLists = lists.problems.slice(from.lists.problems.length);
  return {
    standing,
    modes: modes.standing,
    lists,
    problems: [...from.problems, ...problems, ...modes.problems, ...ofLists],
  };
}

/** Why a step may loosen; each step is proved once. */
function provingOnce(bundleOf: ReleaseReader["bundleOf"]): (step: Step) => Promise<readonly string[]> {
  const proofs = new Map<string, readonly string[]>();
  return async ({ from, to }) => {
    const key = `${from} ${to}`;
    const reasons = proofs.get(key) ?? loosenings(await bundleOf(from), await bundleOf(to));
    proofs.set(key, reasons);
    return reasons;
  };
}

/** The step that waits for a second person; where there is none to compare, the reasons as they are. */
function stepWaiting({ standing: { pending, parents }, inForce }: Reading): Step | { reasons: readonly string[] } {
  if (pending === null) return { reasons: [] };
  if (inForce.kind !== "sound") return { reasons: [NOTHING_BEFORE] };
  const to = pending.action === "apply" ? pending.release : (parents[pending.release] ?? null);
  return to === null ? { reasons: [] } : { from: inForce.bundle.release, to };
}

/** Why a first release waits. */
export const NOTHING_BEFORE = "no sound release is in force";

const noSigners: Signers = new Map();

/** The database did not answer: that says nothing about a release. */
function isDatabaseFault(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error;
}
