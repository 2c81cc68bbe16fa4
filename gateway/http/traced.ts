import type { MiddlewareHandler } from "hono";
import { inSpan, inTrace } from "../../engines/span.ts";

/** Each request is a span, of the caller's trace where it says one. Neither path nor query is told: both may name things. */
export const traced: MiddlewareHandler = (c, next) =>
  inTrace(c.req.header("traceparent"), () =>
    inSpan(
      `HTTP ${c.req.method}`,
      { kind: "server", attributes: { "http.request.method": c.req.method } },
      async (span) => {
        await next();
        span.setAttributes({ "http.response.status_code": c.res.status });
      },
    ),
  );
