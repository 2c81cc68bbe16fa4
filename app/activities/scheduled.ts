import { ApplicationFailure } from "@temporalio/activity";
import type { LedgerPool } from "../../audit/records.ts";
import { assertKnown, UnknownName } from "../../domain/registry.ts";
import { sweepPage, type SweepDeps } from "../../gateway/sweep/page.ts";
import { protectionPage } from "../../gateway/sweep/protections.ts";
import { reconcilePage } from "../../gateway/sweep/reconcile.ts";
import type { BundleKeys } from "../../proof/export/keys.ts";
import { verifyWhole } from "../../proof/whole/verify-whole.ts";
import { endRetention } from "../../proof/privacy/end-retention.ts";
import type {
  ScheduledActivities,
  ScheduledPage,
  ScheduledPlace,
  ScheduledRef,
  ScheduledWork,
} from "../../workflows/activities.ts";
import type { Finding } from "../doctor/finding.ts";
import { withHeartbeat } from "./heartbeat.ts";

export type ScheduledDeps = Omit<SweepDeps, "sql"> & {
  readonly pool: LedgerPool;
  /** The company's clock. */
  readonly now: () => string;
  /** What the doctor finds of the audit log's checkpoints. */
  readonly checkpoints: () => Promise<readonly Finding[]>;
  /** What the bundles are signed with that the whole record is verified as. */
  readonly bundleKeys: BundleKeys;
};

type Page = (ref: ScheduledRef, place: ScheduledPlace) => Promise<ScheduledPage>;

/** What schedules have done, a page at a time. A name that stands for nothing here ends the run; the log says so. */
export function createScheduled(deps: ScheduledDeps): ScheduledActivities {
  const { pool, now, checkpoints, bundleKeys } = deps;
  const log = deps.log.child({ component: "schedules" });
  const works: { readonly [K in ScheduledWork]: Page } = {
    sweep: (ref, place) => sweepPage({ ...deps, sql: pool, log }, ref, place),

    reconcile: (ref, place) => reconcilePage({ ...deps, sql: pool, log }, ref, place),

    protection: (ref, place) => protectionPage({ ...deps, sql: pool }, ref, place),

    async retention({ company }, { at, after }) {
      const doer = { company, personId: null, at };
      const { erased, skipped, next } = await endRetention(pool, doer, { after, dryRun: false });
      return { at, next, isFull: false, counts: { erased: erased.length, passedOver: skipped.length } };
    },

    async checkpoint(_ref, { at }) {
      const found = (await checkpoints()).flatMap((finding) => (finding.state === "ok" ? [] : [finding]));
      for (const { check, state, detail, fix } of found) {
        log[state === "fail" ? "error" : "warn"]({ check, detail, fix }, "the audit log needs somebody");
      }
      const failed = found.filter(({ state }) => state === "fail").length;
      return { at, next: null, isFull: false, counts: { failed, warned: found.length - failed } };
    },

    async verification({ company }, { at }) {
      const verified = await verifyWhole(pool, { company, keys: bundleKeys, at });
      const { outcome, leaves, ledgerRows, found, findings } = verified;
      if (outcome !== "pass") log.error({ outcome, found, findings }, "the record does not verify");
      return { at, next: null, isFull: false, counts: { leaves, ledgerRows, found } };
    },
  };
  return {
    async runPage(ref, { at, after }) {
      try {
        const page = assertKnown(works, ref.work, "scheduled work");
        return await withHeartbeat(() => page(ref, { at: at === "" ? now() : at, after }));
      } catch (error) {
        if (!(error instanceof UnknownName)) throw error;
        log.error(
          { ...ref, name: error.message },
          "a scheduled run was ended: nothing here bears a name that it needs",
        );
        throw ApplicationFailure.nonRetryable(error.message, "UNKNOWN_NAME");
      }
    },
  };
}
