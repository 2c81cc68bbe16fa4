import type { Problem } from "../gateway/http/contract.ts";
import type { Address } from "./client.ts";
import { failure, refusalOf } from "./failure.ts";

/** What is asked for; see `GET /v1/audit/bundle`. */
export type BundleQuery = {
  readonly case?: string;
  readonly since?: string;
  readonly company?: string;
  readonly as: string;
};

/** The lines of a bundle as they come. Throws `CliFailure` for a refusal, and when nothing comes any more. */
export type BundleCall = (query: BundleQuery) => AsyncGenerator<string, void>;

/** Silence that is taken for the end. */
const SILENT_MS = 60_000;

export function bundleCall({ url: base, token }: Address): BundleCall {
  return async function* (query) {
    const url = new URL("/v1/audit/bundle", base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const silence = new AbortController();
    const watch = setTimeout(() => silence.abort(), SILENT_MS);
    const accept = "application/x-ndjson, application/problem+json";
    try {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${token}`, accept },
        signal: silence.signal,
      });
      if (!response.ok) throw await refusalIn(response);
      if (response.body !== null) yield* linesOf(response.body, () => watch.refresh());
    } catch (error) {
      if (silence.signal.aborted) throw failure("unreachable", "no-answer", `nothing more came from ${url.origin}`);
      if (!(error instanceof TypeError)) throw error;
      const fix = "start it with `npm start`, or name another address with --url";
      throw failure("unreachable", "unreachable", `${url.origin} cannot be read: ${error.message}`, fix);
    } finally {
      clearTimeout(watch);
    }
  };
}

async function refusalIn(response: Response): Promise<Error> {
  const answer: unknown = await response.json().catch(() => undefined);
  const isProblem = typeof answer === "object" && answer !== null && "code" in answer && "detail" in answer;
  if (isProblem) return refusalOf(answer as Problem);
  return failure("failure", "unexpected-answer", `status ${response.status}`, "is this Mandate's address?");
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
