import { hc } from "hono/client";
import type { Api } from "../gateway/http/api.ts";
import { failure, nothingRuns } from "./failure.ts";

/** The API as the command line calls it, typed by the API's own routes: `client.v1.escalations.$get(…)`. */
export type Client = ReturnType<typeof hc<Api>>;

export type Address = { readonly url: string; readonly token: string };

/** An answer that takes longer than this is taken for none. */
const TIMEOUT_MS = 15_000;

export function createClient({ url, token }: Address): Client {
  const headers = { authorization: `Bearer ${token}`, accept: "application/json, application/problem+json" };
  return idsEncoded(hc<Api>(new URL(url).origin, { headers, fetch: send }));
}

async function send(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  } catch (error) {
    const { origin } = new URL(url instanceof Request ? url.url : url);
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw failure("unreachable", "no-answer", `no answer from ${origin} in ${TIMEOUT_MS / 1000} s`, "try again");
    }
    throw nothingRuns(`nothing is running at ${origin}`);
  }
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
