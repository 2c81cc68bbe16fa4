import type { AgentFault } from "../../agents/fault.ts";
import type { Config, ExternalTemporal } from "../config.ts";
import type { RuntimeState } from "../../engines/runtime-file.ts";

/** One answer of the doctor. `fix` is the exact command that mends it; it comes with every warning and failure. */
export type Finding =
  | { readonly check: string; readonly state: "ok"; readonly detail: string }
  | { readonly check: string; readonly state: "warn" | "fail"; readonly detail: string; readonly fix: string };

/** What the checks need from outside. */
export type DoctorDeps = {
  /** Names of the migrations that the database lacks. */
  pendingMigrations(url: string): Promise<string[]>;
  now(): Date;
  /** Asks the configured model for one token; answers why it did not. Left out: it is not asked. */
  readonly tryModel?: (config: Config) => Promise<AgentFault | undefined>;
  /** The project's folder. */
  readonly root: string;
  /** The version of the running Node; the process's own when left out. */
  readonly nodeVersion?: string;
  /** The Temporal that the environment names; read by `externalTemporal` when left out. */
  readonly externalTemporal?: () => Promise<ExternalTemporal | undefined>;
};

/** Everything a check may look at. `databaseUrl` is the database that can be asked now, if any. */
export type Patient = {
  readonly config: Config;
  readonly deps: DoctorDeps;
  readonly runtime: RuntimeState;
  readonly databaseUrl: string | undefined;
  /** What takes long is done too. */
  readonly full?: boolean;
};

/** Whose record is looked at: all that the checks of the audit log need. */
export type Recorder = Pick<Patient, "config">;

export const ok = (check: string, detail: string): Finding => ({ check, state: "ok", detail });
export const warn = (check: string, detail: string, fix: string): Finding => ({ check, state: "warn", detail, fix });
export const fail = (check: string, detail: string, fix: string): Finding => ({ check, state: "fail", detail, fix });
