import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { answering, type Cli } from "./command.ts";
import type { Io } from "./io.ts";
import type { Globals } from "./session.ts";

export type DevOptions = { readonly once: boolean; readonly json: boolean; readonly day: boolean };
export type ProcessOptions = { readonly json: boolean };
/** `admins`: the first two people, each `id` or `id=name`, made where there are not two yet. */
export type MigrateOptions = ProcessOptions & { readonly admins: readonly string[] };

/** The long-running commands. Each loads its machinery when it is called and answers an exit code. */
/** `full`: what takes long is looked at too. */
export type DoctorOptions = { readonly full?: boolean };

/** `role`: one agent alone. `as`: who answers for what is recorded in the folder `dir`. */
export type EvalOptions = {
  readonly k: number;
  readonly role?: string | undefined;
  readonly record?: boolean | undefined;
  readonly as?: string | undefined;
  readonly dir: string;
};
/** `cases`: how many requests are played. */
export type ValueOptions = { readonly seed: number; readonly cases: number };
export type SecondOptions = { readonly prompt: string; readonly as?: string | undefined; readonly dir: string };

export type Processes = {
  dev(options: DevOptions, io: Io): Promise<number>;
  gateway(options: ProcessOptions, io: Io): Promise<number>;
  worker(options: ProcessOptions, io: Io): Promise<number>;
  migrate(options: MigrateOptions, io: Io): Promise<number>;
  /** What a running system depends on, looked at. */
  doctor(options: DoctorOptions): Promise<Answer>;
  /** Puts the labelled set to the configured model. Throws `CliFailure`. */
  evals(options: EvalOptions): Promise<Answer>;
  /** A second person's word for a recorded run. Throws `CliFailure`. */
  secondEval(options: SecondOptions): Promise<Answer>;
  /** What each agent changes, measured on a seeded programme that is played on engines of its own. Throws `CliFailure`. */
  value(options: ValueOptions, io: Io): Promise<Answer>;
  /** Serves a witness until it is asked to stop. `onReady` learns its key and address. Throws `CliFailure`. */
  witness(options: WitnessOptions, onReady: (facts: WitnessFacts) => void): Promise<void>;
  /** A witness's verifier key, made at the first use. Throws `CliFailure`. */
  witnessKey(home: string, name: string): Promise<string>;
  /** Opens the engine's payloads to its UI until it is asked to stop. `onReady` learns its address. Throws `CliFailure`. */
  codec(options: CodecServing, onReady: (facts: CodecFacts) => void): Promise<void>;
};

/** `port`: where to listen on loopback; 0 takes a free one. `ui`: origins of the pages that may ask; none: the running one's. */
export type CodecServing = { readonly port: number; readonly ui: readonly string[] };
export type CodecFacts = { readonly url: string; readonly origins: readonly string[] };

/** `host`, `port`: where to listen; 0 takes a free port. `logs`: whose checkpoints are cosigned. */
export type WitnessOptions = {
  readonly home: string;
  readonly name: string;
  readonly logs: readonly { readonly origin: string; readonly vkey: string }[];
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
};
export type WitnessFacts = { readonly vkey: string; readonly url: string };

const described = {
  gateway: "serve webhooks and the API; any number may run",
  worker: "run cases, agents and tools; any number may run",
  migrate: "bring the database's schema up to date",
} as const;

export function addProcesses(program: Command, cli: Cli): void {
  const { io, processes, finish } = cli;
  program
    .command("dev")
    .description("start the engines, worker and gateway on this machine, play a working day and stay up")
    .option("--once", "play the day, print its summary and stop")
    .option("--no-day", "do not play a working day")
    .action(async (_options: unknown, command: Command) => {
      const { once, json, day } = command.optsWithGlobals<Partial<DevOptions>>();
      finish(await processes.dev({ once: once === true, json: json === true, day: day !== false }, io));
    });
  program
    .command("migrate")
    .description(described.migrate)
    .option("--admins <people...>", "the first two admins, each `id` or `id=name`; their tokens are shown once")
    .action(async (_options: unknown, command: Command) => {
      const { json, admins = [] } = command.optsWithGlobals<Partial<MigrateOptions>>();
      finish(await processes.migrate({ json: json === true, admins }, io));
    });
  for (const name of ["gateway", "worker"] as const) {
    program
      .command(name)
      .description(described[name])
      .action(async (_options: unknown, command: Command) => {
        const { json } = command.optsWithGlobals<Pick<Globals, "json">>();
        finish(await processes[name]({ json: json === true }, io));
      });
  }
  program
    .command("doctor")
    .description("check everything a running system depends on; exit 3 when something fails")
    .option("--full", "also verify all that was recorded, and every ledger against it, which a worker does twice a day")
    .action(answering<DoctorOptions>(cli, ({ options: { full = false } }) => processes.doctor({ full })));
}
