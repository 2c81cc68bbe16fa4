import { expect, test } from "vitest";
import { AgentFault, agentFaultCodes } from "../../agents/fault.ts";
import { modelFault } from "../../agents/models/model-fault.ts";

const http = (status: number, headers: Record<string, string> = {}) =>
  Object.assign(new Error("no"), { status, headers: new Headers(headers) });

test.for<readonly [string, unknown, string, number | undefined]>([
  ["seconds to wait", http(429, { "retry-after": "7" }), "MODEL_RATE_LIMITED", 7_000],
  ["milliseconds to wait win", http(429, { "retry-after-ms": "250", "retry-after": "7" }), "MODEL_RATE_LIMITED", 250],
  ["a wait is capped at a quarter of an hour", http(429, { "retry-after": "86400" }), "MODEL_RATE_LIMITED", 900_000],
  [
    "a date to wait for is not read",
    http(429, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }),
    "MODEL_RATE_LIMITED",
    undefined,
  ],
  ["an overloaded supplier may name a wait too", http(529, { "retry-after": "2" }), "MODEL_UNAVAILABLE", 2_000],
  ["a conflict passes", http(409), "MODEL_UNAVAILABLE", undefined],
  ["a time-out at the supplier passes", http(408), "MODEL_UNAVAILABLE", undefined],
  ["a request too large does not", http(413), "MODEL_REQUEST_INVALID", undefined],
  [
    "nor does a prompt too long",
    Object.assign(new Error(), { name: "ContextOverflowError" }),
    "MODEL_REQUEST_INVALID",
    undefined,
  ],
  ["a body that is not JSON", new SyntaxError("Unexpected token"), "MODEL_UNAVAILABLE", undefined],
  ["a thrown word", "terminated", "MODEL_UNAVAILABLE", undefined],
])("%s", ([, thrown, code, retryAfterMs]) => {
  const fault = modelFault(thrown);
  expect({ code: fault.code, retryAfterMs: fault.retryAfterMs, cause: fault.cause }).toEqual({
    code,
    retryAfterMs,
    cause: thrown,
  });
});

test("an agent's fault stays what it is, and knows whether to retry", () => {
  for (const [code, then] of Object.entries(agentFaultCodes)) {
    const fault = new AgentFault(code as keyof typeof agentFaultCodes, "why");
    expect(modelFault(fault)).toBe(fault);
    expect(fault.retryable).toBe(then === "retry");
  }
});
