import type { Logger } from "pino";

export type Telemetry = { readonly stop: () => Promise<void> };

type Options = {
  /** Where an OpenTelemetry collector takes OTLP over HTTP, without a path. Undefined: nobody watches. */
  readonly otlpUrl: string | undefined;
  /** Which of our processes it is: `gateway` or `worker`. */
  readonly service: string;
  readonly log: Logger;
};

const off: Telemetry = { stop: () => Promise.resolve() };

/** Has spans (`engines/span.ts`) sent to a collector. Off, nothing of the exporter is even loaded. */
export async function startTelemetry({ otlpUrl, service, log }: Options): Promise<Telemetry> {
  if (otlpUrl === undefined) return off;
  const [
    { context, trace },
    sdk,
    { OTLPTraceExporter },
    { AsyncLocalStorageContextManager },
    { resourceFromAttributes },
  ] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace-base"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/context-async-hooks"),
    import("@opentelemetry/resources"),
  ]);
  const url = new URL("/v1/traces", otlpUrl).toString();
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": `mandate-${service}` }),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  trace.setGlobalTracerProvider(provider);
  log.info({ url }, "spans are sent");
  return {
    async stop() {
      await provider.shutdown().catch((error: unknown) => log.warn({ err: error }, "the last spans were not sent"));
      trace.disable();
      context.disable();
    },
  };
}
