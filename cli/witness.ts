import type { Command } from "commander";
import { join } from "node:path";
import type { Answer } from "./answer.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { failure, exitCodes } from "./failure.ts";
import { answerReady, portOf } from "./serving.ts";
import type { Globals } from "./session.ts";

type VkeyOptions = { readonly name: string; readonly home?: string };
type ServeOptions = VkeyOptions & {
  readonly origin: readonly string[];
  readonly vkey: readonly string[];
  readonly host: string;
  readonly port: string;
};

const collect = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];

/** `mandate witness`: cosigns the checkpoints of other companies' logs, as c2sp.org/tlog-witness says. */
export function addWitness(program: Command, cli: Cli): void {
  const noun = program.command("witness").description("cosign the checkpoints of audit logs that others keep");
  noun
    .command("serve")
    .description("answer POST /add-checkpoint and stay up; --origin and --vkey come in pairs")
    .requiredOption("--name <name>", "the witness's own name, for example witness.example/w1")
    .option("--origin <origin>", "the origin of a log to cosign", collect, [])
    .option("--vkey <vkey>", "the verifier key of the log whose origin was given before it", collect, [])
    .option("--port <port>", "where to listen; 0 takes a free port", "0")
    .option("--host <host>", "the address to listen on", "127.0.0.1")
    .option("--home <folder>", "the witness's own folder: key and memory (default: witness/ under MANDATE_HOME)")
    .action(async (_options: unknown, command: Command) => {
      await serve(cli, command.optsWithGlobals<ServeOptions & Pick<Globals, "json">>());
      cli.finish(exitCodes.ok);
    });
  noun
    .command("vkey")
    .description("print the witness's verifier key; the key is made when there is none")
    .requiredOption("--name <name>", "the witness's own name, for example witness.example/w1")
    .option("--home <folder>", "the witness's own folder: key and memory (default: witness/ under MANDATE_HOME)")
    .action(answering<VkeyOptions>(cli, (call) => showVkey(cli, call)));
}

async function serve({ io, processes, settings }: Cli, options: ServeOptions & Pick<Globals, "json">): Promise<void> {
  const { name, host, json } = options;
  const logs = logsOf(options);
  const port = portOf(options.port);
  const config = await settings();
  const home = options.home ?? join(config.home, "witness");
  await processes.witness({ home, name, logs, host, port, logLevel: config.logLevel }, ({ vkey, url }) => {
    answerReady(io, json, { vkey, url }, `${vkey}\n${url}\n`);
  });
}

async function showVkey({ processes }: Cli, { options }: Call<VkeyOptions>): Promise<Answer> {
  const config = await options.settings();
  const vkey = await processes.witnessKey(options.home ?? join(config.home, "witness"), options.name);
  return { data: { vkey }, text: `${vkey}\n` };
}

function logsOf({ origin: origins, vkey: vkeys }: ServeOptions) {
  const fix = "give --origin ORIGIN --vkey VKEY for every log, in this order";
  if (origins.length === 0) throw failure("usage", "no-log", "no log to cosign is named", fix);
  if (origins.length !== vkeys.length) {
    throw failure("usage", "unpaired-log", `${origins.length} --origin and ${vkeys.length} --vkey were given`, fix);
  }
  return origins.map((origin, at) => ({ origin, vkey: vkeys[at] ?? "" }));
}
