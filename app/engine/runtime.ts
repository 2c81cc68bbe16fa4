import { Runtime, makeTelemetryFilterString, type LogLevel } from "@temporalio/worker";
import type { Logger } from "pino";

/** The engine's own lines go where ours go. Once per process, before the first worker. */
export function installRuntime(log: Logger): void {
  const write = (level: LogLevel, message: string, meta: object = {}): void => {
    const method = { TRACE: "trace", DEBUG: "debug", INFO: "debug", WARN: "warn", ERROR: "error" } as const;
    log[method[level]]({ ...meta }, message);
  };
  Runtime.install({
    logger: {
      log: write,
      trace: (message, meta) => write("TRACE", message, meta),
      debug: (message, meta) => write("DEBUG", message, meta),
      info: (message, meta) => write("INFO", message, meta),
      warn: (message, meta) => write("WARN", message, meta),
      error: (message, meta) => write("ERROR", message, meta),
    },
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: "WARN", other: "ERROR" }), forward: {} } },
  });
}
