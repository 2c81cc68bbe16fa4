import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAlive } from "../../engines/process-identity.ts";

const project = resolve(import.meta.dirname, "../..");
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A project of its own: our bin/, a lockfile with one package, and an `npm` on PATH that does what `script` says. */
function makeProject(npmScript: string): string {
  const root = mkdtempSync(join(tmpdir(), "mandate-bin-"));
  folders.push(root);
  cpSync(join(project, "bin"), join(root, "bin"), { recursive: true });
  writeFileSync(join(root, "package.json"), JSON.stringify({ name: "fixture", type: "module" }));
  writeLock(root, "1.0.0");
  mkdirSync(join(root, "fake"));
  writeFileSync(join(root, "fake", "npm"), `#!/bin/sh\necho "$@" >> "${root}/npm.log"\n${npmScript}\n`);
  chmodSync(join(root, "fake", "npm"), 0o755);
  return root;
}

function writeLock(root: string, version: string): void {
  const lock = {
    lockfileVersion: 3,
    packages: { "": { name: "fixture" }, "node_modules/one": { version, integrity: "sha512-x" } },
  };
  writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
}

/** What npm notes about what it installed. */
function writeRecord(root: string, packages: Record<string, object>): void {
  mkdirSync(join(root, "node_modules"), { recursive: true });
  writeFileSync(join(root, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
}

function start(root: string, code: string): { child: ChildProcess; done: Promise<Outcome> } {
  const { npm_execpath: _, ...env } = process.env;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    cwd: root,
    env: { ...env, PATH: `${join(root, "fake")}:${env["PATH"] ?? ""}` },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const done = new Promise<Outcome>((settle) => child.once("close", (code) => settle({ code, stdout, stderr })));
  return { child, done };
}

const run = (root: string, code: string): Promise<Outcome> => start(root, code).done;

const install = (options = "{}"): string => `
  import { ensureInstalled, prepared } from "./bin/bootstrap.mjs";
  if (await prepared(() => ensureInstalled(${options}))) console.log("installed");`;

const build = `
  import { prepared } from "./bin/bootstrap.mjs";
  import { ensureBuilt } from "./bin/build.mjs";
  if (await prepared(() => ensureBuilt())) console.log("built");`;

const npmRuns = (root: string): string[] => (existsSync(join(root, "npm.log")) ? lines(join(root, "npm.log")) : []);
const lines = (file: string): string[] => readFileSync(file, "utf8").trim().split("\n");
const stamp = (root: string): string => join(root, "node_modules", ".mandate-lock-sha256");
const NPM_INSTALLS = "mkdir -p node_modules";

describe("the packages are exactly those of the lockfile", () => {
  test("a clean clone is installed from the lockfile without install scripts, and only once", async () => {
    const root = makeProject(NPM_INSTALLS);
    expect(await run(root, install())).toMatchObject({ code: 0, stdout: "installed\n" });
    expect(await run(root, install())).toMatchObject({ code: 0, stdout: "installed\n" });
    expect(npmRuns(root)).toEqual(["ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund"]);
  });

  test("another lockfile is installed anew", async () => {
    const root = makeProject(NPM_INSTALLS);
    await run(root, install());
    writeLock(root, "1.0.1");
    await run(root, install());
    expect(npmRuns(root)).toHaveLength(2);
  });

  test("what npm itself already put there exactly is taken as it is", async () => {
    const root = makeProject("exit 9");
    writeRecord(root, { "node_modules/one": { version: "1.0.0", integrity: "sha512-x" } });
    expect(await run(root, install("{ dev: true }"))).toMatchObject({ code: 0, stdout: "installed\n" });
    expect(lines(stamp(root))[1]).toBe("dev");
  });

  const records = [
    { name: "another version", packages: { "node_modules/one": { version: "1.0.1", integrity: "sha512-x" } } },
    { name: "another content", packages: { "node_modules/one": { version: "1.0.0", integrity: "sha512-y" } } },
    { name: "a missing package", packages: {} },
    {
      name: "a package too many",
      packages: {
        "node_modules/one": { version: "1.0.0", integrity: "sha512-x" },
        "node_modules/two": { version: "1.0.0" },
      },
    },
  ];
  test.for(records)("$name is not exact and is installed anew", async ({ packages }) => {
    const root = makeProject(NPM_INSTALLS);
    writeRecord(root, packages);
    await run(root, install());
    expect(npmRuns(root)).toHaveLength(1);
  });

  test("a failing npm is shown, ends with 1, and the next start tries again", async () => {
    const root = makeProject("echo the reason; exit 7");
    const outcome = await run(root, install());
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(outcome.stderr).toContain("the reason\nnpm ci failed (code 7); nothing was started");
    expect(existsSync(stamp(root))).toBe(false);
  });

  test("a slow npm is announced after a second, on stderr", async () => {
    const root = makeProject(`sleep 1.3; ${NPM_INSTALLS}`);
    const outcome = await run(root, install());
    expect(outcome).toMatchObject({ code: 0, stdout: "installed\n", stderr: "installing packages (1 s)\n" });
  });

  test("two starts at once run npm once", async () => {
    const root = makeProject(`sleep 0.5; ${NPM_INSTALLS}`);
    const outcomes = await Promise.all([run(root, install()), run(root, install()), run(root, install())]);
    expect(outcomes.map(({ stdout }) => stdout)).toEqual(["installed\n", "installed\n", "installed\n"]);
    expect(npmRuns(root)).toHaveLength(1);
  });

  test("an interrupt ends npm, answers 130, and the next start installs", async () => {
    const root = makeProject(`echo $$ > npm.pid; exec sleep 30`);
    const { child, done } = start(root, install());
    while (!existsSync(join(root, "npm.pid"))) await sleep(20);
    await sleep(50);
    child.kill("SIGINT");
    expect(await done).toMatchObject({ code: 130, stdout: "" });
    expect(isAlive(Number(lines(join(root, "npm.pid"))[0]))).toBe(false);
    writeFileSync(join(root, "fake", "npm"), `#!/bin/sh\n${NPM_INSTALLS}\n`);
    expect(await run(root, install())).toMatchObject({ code: 0, stdout: "installed\n" });
  });

  test("a lock left by a killed start is taken over", async () => {
    const root = makeProject(NPM_INSTALLS);
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    mkdirSync(join(root, "dist"));
    writeFileSync(join(root, "dist", ".bootstrap.lock"), JSON.stringify([{ pid, started: "1" }]));
    expect(await run(root, install())).toMatchObject({ code: 0, stdout: "installed\n" });
  });

  const versions = [
    { version: "18.20.0", verdict: "refused" },
    { version: "20.18.3", verdict: "refused" },
    { version: "20.19.0", verdict: "fine" },
    { version: "22.1.0", verdict: "fine" },
  ];
  test.for(versions)("Node $version is $verdict", async ({ version, verdict }) => {
    const root = makeProject("");
    const code = `import { requireNode } from "./bin/bootstrap.mjs"; requireNode("${version}");`;
    const { stderr } = await run(root, code);
    expect(stderr.includes(`Mandate needs Node 20.19.0 or newer, this is ${version}`)).toBe(verdict === "refused");
  });
});

describe("what runs is built from the sources of now", () => {
  let root: string;
  const source = (name: string, text: string): void => writeFileSync(join(root, name), text);
  const built = (name: string): bigint => statSync(join(root, "dist", name), { bigint: true }).mtimeNs;

  beforeAll(() => {
    root = makeProject("exit 9");
    symlinkSync(join(project, "node_modules"), join(root, "node_modules"));
    // The same lockfile as the packages behind the link were installed from: nothing is to install.
    cpSync(join(project, "package-lock.json"), join(root, "package-lock.json"));
    for (const folder of ["app", "workflows", "domain", "console"]) mkdirSync(join(root, folder));
    source(
      "app/main.ts",
      `export async function main(argv: readonly string[]): Promise<number> {
      const { answer } = await import("./late.ts");
      console.log(answer, argv.join(" "));
      return 42;
    }\n`,
    );
    source("app/late.ts", `export const answer: string = "late";\n`);
    source("app/temporal-plugin.ts", `export const plugin = "outside";\n`);
    source("workflows/tracing.ts", `export const interceptors = () => ({ inbound: [], outbound: [] });\n`);
    source("console/main.tsx", `document.title = "console";\n`);
    source("console/main.css", `body { margin: 0; }\n`);
    source("console/index.html", `<!doctype html><title>console</title>\n`);
    source(
      "workflows/index.ts",
      `import { sleep } from "@temporalio/workflow";
      import { WAIT } from "../domain/wait.ts";
      export async function patient(): Promise<void> { await sleep(WAIT); }\n`,
    );
    source("domain/wait.ts", `export const WAIT = "1 day";\n`);
  });

  test("the first start builds both bundles and the console", async () => {
    const outcome = await run(root, build);
    expect(outcome).toMatchObject({ code: 0, stdout: "built\n" });
    expect(readFileSync(join(root, "dist", "workflow-bundle.js"), "utf8")).toContain("1 day");
    expect(readFileSync(join(root, "dist/console/main.js"), "utf8")).toContain("document.title");
    expect(readdirSync(join(root, "dist/console")).toSorted()).toEqual(["index.html", "main.css", "main.js"]);
  });

  test("a command runs the bundle with its arguments and ends with its code", async () => {
    const { stdout, status } = spawnSync(process.execPath, ["bin/mandate.mjs", "audit", "show"], {
      cwd: root,
      encoding: "utf8",
    });
    expect({ stdout, status }).toEqual({ stdout: "late audit show\n", status: 42 });
  });

  test("nothing changed: nothing is built, and the look takes under 60 ms", async () => {
    const before = [built("main.js"), built("workflow-bundle.js")];
    const code = `
      import { ensureInstalled } from "./bin/bootstrap.mjs";
      import { ensureBuilt } from "./bin/build.mjs";
      const times = [];
      for (let round = 0; round < 5; round += 1) {
        const at = performance.now();
        await ensureInstalled();
        await ensureBuilt();
        times.push(performance.now() - at);
      }
      console.log(Math.min(...times));`;
    expect(Number((await run(root, code)).stdout)).toBeLessThan(60);
    expect([built("main.js"), built("workflow-bundle.js")]).toEqual(before);
  });

  test("a file only touched is not built again", async () => {
    const before = built("main.js");
    utimesSync(join(root, "app/late.ts"), new Date(), new Date());
    await run(root, build);
    expect(built("main.js")).toBe(before);
  });

  test("a changed file of the app builds the app alone", async () => {
    const [code, workflows] = [built("main.js"), built("workflow-bundle.js")];
    source("app/late.ts", `export const answer: string = "soon";\n`);
    await run(root, build);
    expect({ code: built("main.js") > code, workflows: built("workflow-bundle.js") > workflows }).toEqual({
      code: true,
      workflows: false,
    });
  });

  test("a changed file of the console builds the console alone", async () => {
    const [code, page] = [built("main.js"), built("console/main.css")];
    source("console/main.css", "p { color: blue; }\n");
    await run(root, build);
    expect({ code: built("main.js") > code, page: built("console/main.css") > page }).toEqual({
      code: false,
      page: true,
    });
  });

  test("a broken source ends with 1, names file and line, and leaves the last build in place", async () => {
    const before = built("main.js");
    source("app/late.ts", `export const answer: string = ;\n`);
    const outcome = await run(root, build);
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(outcome.stderr).toContain("app/late.ts:1:30");
    expect(built("main.js")).toBe(before);
    source("app/late.ts", `export const answer: string = "fixed";\n`);
  });

  test("a broken workflow ends with 1 and names the file", async () => {
    source("domain/wait.ts", `export const WAIT = ;\n`);
    const outcome = await run(root, build);
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(outcome.stderr).toMatch(/domain\/wait\.ts:1/);
    source("domain/wait.ts", `export const WAIT = "2 days";\n`);
  });

  test("a start killed while it builds leaves a state from which the next one works", async () => {
    const { child, done } = start(root, build);
    await sleep(400);
    child.kill("SIGKILL");
    await done;
    expect(await run(root, build)).toMatchObject({ code: 0, stdout: "built\n" });
    const { stdout } = spawnSync(process.execPath, ["bin/mandate.mjs"], { cwd: root, encoding: "utf8" });
    expect(stdout).toBe("fixed \n");
    expect(readFileSync(join(root, "dist", "workflow-bundle.js"), "utf8")).toContain("2 days");
  });
});
