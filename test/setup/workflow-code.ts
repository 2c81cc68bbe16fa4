import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../engines/project-root.ts";

/** The workflow code as production loads it: bundled once for what its sources are, not once per worker. */
export const workflowBundle = { codePath: join(projectRoot(), "dist/workflow-bundle.js") };

/** Brings `dist/` up to date with the sources, so that whoever runs the tests never tries an older product. */
export async function ensureBuilt(): Promise<void> {
  const { href } = pathToFileURL(join(projectRoot(), "bin/build.mjs"));
  const build = (await import(href)) as { ensureBuilt(): Promise<void> };
  await build.ensureBuilt();
}
