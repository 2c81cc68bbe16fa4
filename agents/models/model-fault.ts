import { z } from "zod";
import { AgentFault } from "../fault.ts";

/** Longest wait taken from a header: a supplier cannot park a case for longer. */
const MAX_RETRY_AFTER_MS = 15 * 60_000;

const HttpError = z.object({ status: z.int(), headers: z.unknown().optional() });
const OtherStatus = z.object({
  status: z.undefined().optional(),
  status_code: z.int().optional(),
  $metadata: z.object({ httpStatusCode: z.int().optional() }).optional(),
  $response: z.object({ headers: z.unknown() }).optional(),
  response: z.object({ status: z.int().optional(), headers: z.unknown() }).optional(),
});

/** Statuses that say that the same request can succeed later. Every other 4xx repeats. */
const passing: ReadonlySet<number> = new Set([408, 409, 425]);

/**
 * Turns what a model client throws into a fault. No status is a lost connection, a cut stream or a body that is not JSON
 * (`SyntaxError`): the call is repeated. `MODEL_KEY_REFUSED`: 401, 402, 403; `MODEL_UNKNOWN`: 404; `MODEL_REQUEST_INVALID`: 400, 413, 422
 * and their like.
 */
export function modelFault(error: unknown): AgentFault {
  if (error instanceof AgentFault) return error;
  const cause = error;
  if (error instanceof Error && error.name === "ContextOverflowError") {
    return new AgentFault("MODEL_REQUEST_INVALID", "model request is too long", { cause, isUnbilled: true });
  }
  const http = HttpError.safeParse(statused(error));
  if (!http.success) {
    const name = error instanceof Error ? error.name : typeof error;
    return new AgentFault("MODEL_UNAVAILABLE", `model call failed with \`${name}\``, {
      cause,
      isUnbilled: isUnconnected(error),
    });
  }
  const { status, headers } = http.data;
  const retryAfterMs = retryAfterOf(headers);
  // Suppliers bill answers: a status that says no is none.
  const unbilled = { cause, isUnbilled: true };
  if (status === 429)
    return new AgentFault("MODEL_RATE_LIMITED", "model is rate limited", { ...unbilled, retryAfterMs });
  if (status === 401 || status === 402 || status === 403) {
    return new AgentFault("MODEL_KEY_REFUSED", `model's supplier refused the key with \`${status}\``, unbilled);
  }
  if (status === 404) return new AgentFault("MODEL_UNKNOWN", "model's supplier knows no such model", unbilled);
  if (status >= 400 && status < 500 && !passing.has(status)) {
    return new AgentFault("MODEL_REQUEST_INVALID", `model refused the request with \`${status}\``, unbilled);
  }
  return new AgentFault("MODEL_UNAVAILABLE", `model answered \`${status}\``, { ...unbilled, retryAfterMs });
}

/** Where no connection came about, whatever was to be asked was not heard. */
const unheard: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

function isUnconnected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return unheard.has(Reflect.get(error, "code")) || isUnconnected(error.cause);
}

/** Where suppliers' clients keep a status: Ollama's and the clouds' have it under names of their own. */
function statused(error: unknown): unknown {
  const other = OtherStatus.safeParse(error);
  if (!other.success) return error;
  const { status_code, $metadata, $response, response } = other.data;
  const status = status_code ?? $metadata?.httpStatusCode ?? response?.status;
  return status === undefined ? error : { status, headers: response?.headers ?? $response?.headers };
}

/** `retry-after-ms`, else `retry-after` in seconds. A date is not read: agents have no clock. */
function retryAfterOf(headers: unknown): number | undefined {
  const millis = numberIn(headers, "retry-after-ms");
  const seconds = numberIn(headers, "retry-after");
  const wait = millis ?? (seconds === undefined ? undefined : seconds * 1000);
  return wait === undefined ? undefined : Math.min(Math.ceil(wait), MAX_RETRY_AFTER_MS);
}

function numberIn(headers: unknown, name: string): number | undefined {
  const text = headerIn(headers, name);
  return typeof text === "string" && /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : undefined;
}

/** Clients bring headers of their own make, or a plain record of them. */
function headerIn(headers: unknown, name: string): unknown {
  if (typeof headers !== "object" || headers === null) return undefined;
  const get: unknown = Reflect.get(headers, "get");
  return typeof get === "function" ? Reflect.apply(get, headers, [name]) : Reflect.get(headers, name);
}
