import { failure } from "../../cli/failure.ts";
import type { CodecFacts, CodecServing } from "../../cli/processes.ts";
import { readRuntime } from "../../engines/runtime-file.ts";
import { createCodecEndpoint } from "../../gateway/codec/endpoint.ts";
import { serveEndpoint } from "../../gateway/serve-endpoint.ts";
import { loadConfig } from "../config.ts";
import { codecsOf } from "../engine/codec-of.ts";
import { onStopRequested } from "../supervised.ts";

/**
 * Opens what the engine keeps for the configured company to the pages of the Temporal UI, on loopback, until it is asked to stop.
 * @throws CliFailure where no UI is known, an origin is none, or the port is taken.
 */
export async function serve({ port, ui }: CodecServing, onReady: (facts: CodecFacts) => void): Promise<void> {
  const config = loadConfig();
  const origins = (ui.length > 0 ? ui : runningUi(config.home)).map(originOf);
  const fix = "give --ui ORIGIN, such as http://127.0.0.1:8233";
  if (origins.length === 0) throw failure("usage", "no-ui", "no Temporal UI is known here", fix);
  const [codec] = codecsOf(config);
  if (codec === undefined) throw new Error("there is no codec");
  const server = await serveEndpoint(createCodecEndpoint({ codec, origins }), { port }).catch(tellPort);
  const stopped = new Promise<void>((resolve) => onStopRequested(() => resolve()));
  onReady({ url: server.url, origins });
  await stopped;
  await server.stop();
}

function runningUi(home: string): readonly string[] {
  const state = readRuntime(home);
  const url = state.kind === "running" ? state.runtime.temporalUiUrl : undefined;
  return url === undefined ? [] : [url];
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ["http:", "https:"].includes(url.protocol)) return url.origin;
  throw failure("usage", "not-an-origin", `--ui \`${text}\` is no origin`, "give one such as http://127.0.0.1:8233");
}

function tellPort(error: unknown): never {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (code !== "EADDRINUSE") throw error;
  throw failure("conflict", "port-taken", message, "give another --port");
}
