import { DefaultLogger, Runtime } from "@temporalio/worker";

/** One runtime per process, and only what goes wrong is printed. */
export function quietRuntime(): void {
  try {
    Runtime.install({ logger: new DefaultLogger("ERROR") });
  } catch {
    // It is installed already: this process has several systems.
  }
}
