import { failureIn } from "../api-body.ts";
import type { Client } from "../client.ts";
import { failure } from "../failure.ts";

/** What is asked for; see `GET /v1/audit/bundle`. */
export type BundleQuery = {
  readonly case?: string;
  readonly since?: string;
  readonly company?: string;
  readonly as: string;
};

/** Silence that is taken for the end. */
const SILENT_MS = 60_000;

/** The lines of a bundle as they come. Throws `CliFailure` for a refusal, and when nothing comes any more. */
export async function* bundleLines({ v1 }: Client, query: BundleQuery): AsyncGenerator<string, void> {
  const silence = new AbortController();
  const watch = setTimeout(() => silence.abort(), SILENT_MS);
  const { $get, $url } = v1.audit.bundle;
  const headers = { accept: "application/x-ndjson, application/problem+json" };
  try {
    // The answer has no end in sight: the client's own limit of time does not hold here.
    const response = await $get({ query }, { headers, fetch, init: { signal: silence.signal } });
    if (!response.ok) throw await failureIn(response);
    if (response.body !== null) yield* linesOf(response.body, () => watch.refresh());
  } catch (error) {
    const { origin } = $url();
    if (silence.signal.aborted) throw failure("unreachable", "no-answer", `nothing more came from ${origin}`);
    if (!(error instanceof TypeError)) throw error;
    const fix = "start it with `npm start`, or name another address with --url";
    throw failure("unreachable", "unreachable", `${origin} cannot be read: ${error.message}`, fix);
  } finally {
    clearTimeout(watch);
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>, onChunk: () => void): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  for await (const chunk of body) {
    onChunk();
    const [first = "", ...more] = decoder.decode(chunk, { stream: true }).split("\n");
    begun.push(first);
    for (const next of more) {
      yield begun.join("");
      begun = [next];
    }
  }
  if (begun.join("") !== "") yield begun.join("");
}
