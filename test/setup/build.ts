import { build } from "esbuild";
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
