import type { Command } from "commander";
import { answerReady, portOf } from "./serving.ts";
import type { Cli } from "./command.ts";
import { exitCodes } from "./failure.ts";
import type { Globals } from "./session.ts";

type CodecOptions = { readonly ui: readonly string[]; readonly port: string };

const collect = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];

/** `mandate temporal`: what people need who look into the durable engine. */
export function addTemporal(program: Command, cli: Cli): void {
  program
    .command("temporal")
    .description("look into the durable engine")
    .command("codec")
    .description("open what Temporal keeps for this company to the Temporal UI, on this machine only, and stay up")
    .option("--port <port>", "where to listen; 0 takes a free port", "8081")
    .option("--ui <origin>", "where the Temporal UI is (default: the running `mandate dev`'s)", collect, [])
    .action(async (_options: unknown, command: Command) => {
      const { ui, port, json } = command.optsWithGlobals<CodecOptions & Pick<Globals, "json">>();
      await cli.processes.codec({ port: portOf(port), ui }, ({ url, origins }) => {
        answerReady(cli.io, json, { url, origins }, `${url}\n`);
      });
      cli.finish(exitCodes.ok);
    });
}
