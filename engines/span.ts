import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Span,
  type SpanContext,
} from "@opentelemetry/api";

/**
 * Spans of what is done, as whoever watches wants them (`app/telemetry.ts`). Where nobody does, all of this costs a few calls that do
 * nothing. A span says ids, codes, counts and times: never a text, a name or an argument, and of an error its code alone.
 */

/** Where a span stands for those that are made elsewhere: W3C trace context, `00-<trace>-<span>-<flags>`. */
const traceparentForm = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

export const kinds = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  client: SpanKind.CLIENT,
  own: SpanKind.INTERNAL,
};

export type SpanOptions = { readonly kind?: keyof typeof kinds; readonly attributes?: Attributes };

/** Does work within a span. What it throws ends the span with its code, and passes. */
export async function inSpan<T>(
  name: string,
  { kind = "own", attributes = {} }: SpanOptions,
  work: (span: Pick<Span, "setAttributes">) => Promise<T>,
): Promise<T> {
  return trace.getTracer("mandate").startActiveSpan(name, { kind: kinds[kind], attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttributes({ "error.type": codeOf(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A span of what is over, and was done elsewhere. Times in milliseconds since 1970. */
export function pastSpan(
  name: string,
  { attributes, startMs, endMs, failed }: { attributes: Attributes; startMs: number; endMs: number; failed: boolean },
): void {
  const span = trace.getTracer("mandate").startSpan(name, { attributes, startTime: startMs });
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endMs);
}

/** An error's code or kind: its words may quote anything. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" && /^[\w.-]{1,80}$/.test(code) ? code : error.name;
}

/** Where the current span stands; undefined outside of one, or where nobody watches. */
export function currentTraceparent(): string | undefined {
  const current = trace.getActiveSpan()?.spanContext();
  if (current === undefined || !trace.isSpanContextValid(current)) return undefined;
  const { traceId, spanId, traceFlags } = current;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** Does work as a part of a trace that began elsewhere. What is no trace context changes nothing. */
export function inTrace<T>(traceparent: string | null | undefined, work: () => Promise<T>): Promise<T> {
  const [, traceId, spanId, flags] = traceparentForm.exec(traceparent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return work();
  const isSampled = (Number.parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0;
  const remote: SpanContext = {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
  return context.with(trace.setSpanContext(context.active(), remote), work);
}
