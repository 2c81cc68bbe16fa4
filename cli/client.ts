import { hc } from "hono/client";
import type { Api } from "../gateway/http/api.ts";
import { failure, nothingRuns, type CliFailure } from "./failure.ts";

/** The API as the command line calls it, typed by the API's own routes: `client.v1.escalations.$get(…)`. */
export type Client = ReturnType<typeof hc<Api>>;

export type Address = { readonly url: string; readonly token: string };

/** An answer that takes longer than this is taken for none, unless it is said to. */
const TIMEOUT_MS = 15_000;

export function createClient({ url, token }: Address, timeoutMs = TIMEOUT_MS): Client {
  const { origin } = new URL(url);
  const headers = { authorization: `Bearer ${token}`, accept: "application/json, application/problem+json" };
  const send: typeof fetch = (to, init) =>
    fetch(to, { ...init, signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
      throw unanswered(error, origin, timeoutMs);
    });
  return idsEncoded(hc<Api>(origin, { headers, fetch: send }));
}

/** What ends a connection that was there. */
const hungUp: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

function unanswered(error: unknown, origin: string, timeoutMs: number): CliFailure {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return failure("unreachable", "no-answer", `no answer from ${origin} in ${timeoutMs / 1000} s`, "try again");
  }
  const cause = error instanceof Error ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  if (hungUp.has(cause?.code)) return failure("unreachable", "cut-off", `${origin} hung up`, "try again");
  return nothingRuns(`nothing is running at ${origin}`);
}

type Arguments = { readonly param?: { readonly [name: string]: string } };

/** The same calls with ids percent-encoded: `hc` writes them into the path as they are, and a case's may hold a slash. */
function idsEncoded<Calls extends object>(calls: Calls): Calls {
  return new Proxy(calls, {
    get(target, name) {
      const inner: unknown = Reflect.get(target, name);
      return typeof inner === "function" ? idsEncoded(inner) : inner;
    },
    apply(target, self, [given, ...options]: [Arguments | undefined, ...unknown[]]) {
      const param = Object.entries(given?.param ?? {}).map(([name, id]) => [name, encodeURIComponent(id)]);
      return Reflect.apply(target as never, self, [{ ...given, param: Object.fromEntries(param) }, ...options]);
    },
  });
}
