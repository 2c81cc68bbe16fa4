import { bundleWorkflowCode } from "@temporalio/worker";
import { build } from "esbuild";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
/** Inside the project, so that packages resolve; outside what git and the checks look at. */
const folder = join(root, "node_modules/.cache/mandate-test");

/** Bundles one of our entry points for a child process: half the start-up of running it from source. */
export async function buildForTest(entry: string): Promise<string> {
  const outfile = join(folder, `${process.pid}-${entry.replaceAll("/", "-")}.mjs`);
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  return outfile;
}

/** The workflow bundle as a file, as production builds it ahead. */
export async function workflowBundle(): Promise<string> {
  const silent = () => undefined;
  const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
  const { code } = await bundleWorkflowCode({ workflowsPath: join(root, "workflows/index.ts"), logger });
  const file = join(folder, `${process.pid}-workflows.js`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, code);
  return file;
}
