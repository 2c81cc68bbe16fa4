import type { TestProject } from "vitest/node";
import { startEngines } from "./start-engines.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Administrator's URL of the run's own PostgreSQL; test files make databases of their own from its template. */
    postgresUrl: string;
    /** The run's own Temporal server, in memory, with time skipping allowed. */
    temporalAddress: string;
    temporalBinary: string;
    cacheFolder: string;
  }
}

/** Real engines for the whole run, on folders and ports of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engines = await startEngines((line) => process.stderr.write(`${line}\n`), false);
  project.provide("postgresUrl", engines.postgresUrl);
  project.provide("temporalAddress", engines.temporalAddress);
  project.provide("temporalBinary", engines.temporalBinary);
  project.provide("cacheFolder", engines.cacheFolder);
  return () => engines.stop();
}
