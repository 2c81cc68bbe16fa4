import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BootstrapError, projectRoot } from "./bootstrap.mjs";
import { exclusively } from "./exclusive.mjs";
import { withProgress } from "./progress.mjs";

/** What is bundled into dist/ under its path below app/. */
export const entryPoints = ["app/main.ts", "app/temporal-plugin.ts"];

const SELF = fileURLToPath(import.meta.url);
const CODE = [
  "domain",
  "engines",
  "functions",
  "guardrails",
  "tools",
  "audit",
  "db",
  "workflows",
  "agents",
  "deciding",
  "releases",
  "proof",
  "gateway",
  "cli",
  "app",
  "temporal.config.ts",
  "package-lock.json",
];
const WORKFLOWS = ["workflows", "domain", "temporal.config.ts", "package-lock.json"];
const CONSOLE = ["console", "domain", "package-lock.json"];
const KEEP_OLD_MS = 7 * 24 * 3_600_000;

/**
 * Brings dist/ up to date with the sources: our code as bundles, the workflow code as its own bundle, each skipped when
 * nothing it is made from changed. Files are put in place one by one, complete, what others load first and the stamp
 * last, so that an interrupted build and a system still running from dist/ both keep working.
 * @param {{ root?: string }} [options]
 * @throws BootstrapError naming file and line.
 */
export async function ensureBuilt({ root = projectRoot } = {}) {
  const dist = join(root, "dist");
  if (!existsSync(join(root, "app")) && existsSync(join(dist, "main.js"))) return;
  const stale = staleParts(root);
  if (stale.length === 0) return;
  await exclusively(join(dist, ".bootstrap.lock"), async () => {
    const parts = staleParts(root);
    const labels = parts.map(({ label }) => label).join(" and ");
    if (parts.length === 0) return;
    await withProgress(`building ${labels}`, () => buildAll(root, parts));
  });
}

const parts = [
  { label: "the code", sources: CODE, stamp: ".code.json", proof: "main.js", build: buildCode },
  {
    label: "the workflows",
    sources: WORKFLOWS,
    stamp: ".workflows.json",
    proof: "workflow-bundle.js",
    build: buildWorkflows,
  },
  { label: "the console", sources: CONSOLE, stamp: ".console.json", proof: "console/index.html", build: buildConsole },
];

/** The parts that must be built anew. A part only touched (same content, other times) gets its stamp renewed. */
function staleParts(root) {
  const dist = join(root, "dist");
  return parts.filter((part) => {
    const files = listFiles(root, part.sources);
    const quick = quickHash(files);
    const stamp = readStamp(join(dist, part.stamp));
    const isThere = existsSync(join(dist, part.proof));
    if (isThere && stamp?.quick === quick) return false;
    if (!isThere || stamp?.content !== contentHash(files)) return true;
    place(join(dist, part.stamp), JSON.stringify({ quick, content: stamp.content }));
    return false;
  });
}

async function buildAll(root, staleOnes) {
  const outcomes = await Promise.allSettled(
    staleOnes.map(async (part) => {
      // Hashed before the build: a file saved during it makes the next start build again.
      const files = listFiles(root, part.sources);
      const stamp = JSON.stringify({ quick: quickHash(files), content: contentHash(files) });
      await part.build(root, join(root, "dist"));
      place(join(root, "dist", part.stamp), stamp);
    }),
  );
  // Shared by the builds, its service process would otherwise stay for as long as this command runs.
  await (await importFrom(root, "esbuild")).stop();
  const reasons = outcomes.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  if (reasons.length === 0) return;
  const unexpected = reasons.find((reason) => !(reason instanceof BootstrapError));
  if (unexpected !== undefined) throw unexpected;
  throw new BootstrapError(reasons.map(({ message }) => message).join("\n"));
}

async function buildCode(root, dist) {
  const { build, formatMessages } = await importFrom(root, "esbuild");
  try {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints,
      outbase: "app",
      outdir: dist,
      chunkNames: "chunks/[name]-[hash]",
      bundle: true,
      splitting: true,
      packages: "external",
      format: "esm",
      platform: "node",
      target: "node20",
      sourcemap: true,
      sourcesContent: false,
      write: false,
      logLevel: "silent",
    });
    const isChunk = ({ path }) => path.includes(`${join(dist, "chunks")}`);
    for (const file of [...outputFiles.filter(isChunk), ...outputFiles.filter((one) => !isChunk(one))]) {
      place(file.path, file.contents);
    }
    pruneOld(dist, new Set(outputFiles.map(({ path }) => path)));
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    const frames = await formatMessages(error.errors, { kind: "error", color: process.stderr.isTTY === true });
    throw new BootstrapError(`${frames.join("")}the build of the code failed; nothing in dist/ was replaced`);
  }
}

async function buildWorkflows(root, dist) {
  const { bundleWorkflowCode } = await importFrom(root, "@temporalio/worker");
  const said = [];
  const quiet = () => undefined;
  const keep = (message) => said.push(String(message));
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: keep, error: keep };
  try {
    const [workflowsPath, tracing] = ["index.ts", "tracing.ts"].map((file) => join(root, "workflows", file));
    const { code } = await bundleWorkflowCode({ workflowsPath, workflowInterceptorModules: [tracing], logger });
    place(join(dist, "workflow-bundle.js"), code);
  } catch (error) {
    const text = [...said, error.message].join("\n").replaceAll(`${root}/`, "");
    throw new BootstrapError(`the build of the workflows failed:\n${text}`);
  }
}

/**
 * The console: one script, one style sheet, and the page that names them; the page last.
 * @param {string} root
 * @param {string} dist
 */
export async function buildConsole(root, dist) {
  const { build, formatMessages } = await importFrom(root, "esbuild");
  const folder = join(dist, "console");
  try {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: ["console/main.tsx", "console/main.css"],
      outdir: folder,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      jsx: "automatic",
      jsxImportSource: "preact",
      write: false,
      logLevel: "silent",
    });
    for (const file of outputFiles) place(file.path, file.contents);
    place(join(folder, "index.html"), readFileSync(join(root, "console/index.html")));
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    const frames = await formatMessages(error.errors, { kind: "error", color: process.stderr.isTTY === true });
    throw new BootstrapError(`${frames.join("")}the build of the console failed; nothing in dist/ was replaced`);
  }
}

/** Chunks of earlier builds stay for a week: a system that still runs may load them late. So does what a kill left. */
function pruneOld(dist, current) {
  for (const folder of [dist, join(dist, "chunks")]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const isOurs = folder !== dist || name.endsWith(".tmp");
      if (isOurs && !current.has(path) && Date.now() - statSync(path).mtimeMs > KEEP_OLD_MS)
        rmSync(path, { force: true });
    }
  }
}

/** Puts a file in place in one step, so that nobody ever reads half of it. */
function place(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}-${randomBytes(3).toString("hex")}.tmp`;
  try {
    writeFileSync(fresh, content);
    renameSync(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Every source file below the given paths, sorted, with what a look at the folder tells about it; prose left out. */
function listFiles(root, paths) {
  const files = [{ name: "bin/build.mjs", path: SELF, stat: statSync(SELF, { bigint: true }) }];
  const visit = (name) => {
    const path = join(root, name);
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) for (const child of readdirSync(path).sort()) visit(`${name}/${child}`);
    else if (!name.endsWith(".md")) files.push({ name, path, stat });
  };
  for (const name of paths) visit(name);
  return files;
}

function quickHash(files) {
  const hash = createHash("sha256");
  for (const { name, stat } of files) hash.update(`${name}\0${stat.size}\0${stat.mtimeNs}\0${stat.ino}\n`);
  return hash.digest("hex");
}

function contentHash(files) {
  const hash = createHash("sha256");
  for (const { name, path, stat } of files) hash.update(`${name}\0${stat.size}\n`).update(readFileSync(path));
  return hash.digest("hex");
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function importFrom(root, name) {
  return import(pathToFileURL(createRequire(join(root, "package.json")).resolve(name)).href);
}
