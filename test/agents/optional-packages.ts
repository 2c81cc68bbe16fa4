import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Load } from "../../agents/models/suppliers.ts";

/** A package that is not installed with Mandate, had from the registry for a test; or why it cannot be had here. */
export type Optional = { readonly load: Load; readonly missing?: string };

type Pinned = { readonly package: string; readonly version: string };

const require = createRequire(import.meta.url);
const ENTRY = "entry.mjs";
const MOST_MS = 90_000;

/**
 * Installed once per version into the machine's temporary folder, as `npm install` of an operator would beside Mandate: with the
 * `@langchain/core` that is there. A machine without a registry says so, and its tests are skipped by that name.
 */
export async function optionalPackage({ package: name, version }: Pinned): Promise<Optional> {
  const folder = join(tmpdir(), `optional-${name.replace(/\W+/g, "-")}-${version}`);
  if (!existsSync(folder)) {
    const failed = await installed(name, version, folder).catch((error: Error) => error);
    if (failed instanceof Error) {
      const missing = `${name}@${version} cannot be had from the registry`;
      return { missing, load: () => Promise.reject(new Error(missing)) };
    }
  }
  // From a module of the folder, so that the package is found as an import finds it.
  return { load: () => import(pathToFileURL(join(folder, ENTRY)).href) };
}

async function installed(name: string, version: string, folder: string): Promise<void> {
  const made = await mkdtemp(join(tmpdir(), "optional-"));
  try {
    await writeFile(join(made, "package.json"), '{ "private": true }');
    const flags = ["--save-exact", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps"];
    await promisify(execFile)("npm", ["install", ...flags, `${name}@${version}`], { cwd: made, timeout: MOST_MS });
    const core = join(made, "node_modules/@langchain/core");
    await rm(core, { recursive: true, force: true });
    await mkdir(dirname(core), { recursive: true });
    await symlink(dirname(require.resolve("@langchain/core/package.json")), core);
    await writeFile(join(made, ENTRY), `export * from ${JSON.stringify(name)};\n`);
    await rename(made, folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}
