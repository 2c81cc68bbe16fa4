import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const source = resolve(import.meta.dirname, "../proof/go");
const cacheFolder = resolve(import.meta.dirname, "../../node_modules/.cache/mandate-test");
const env = { ...process.env, GOWORK: "off", GOFLAGS: "-buildvcs=false" };

export type GoTool = {
  /** Checks an exported log with Go's own code; `output` is `ok <size> <root>` or what is wrong. */
  verifyLog(folder: string): Promise<{ readonly ok: boolean; readonly output: string }>;
  /** What Go makes of the trees in `test/proof/log/go-vectors.json`, as JSON text. */
  vectors(): Promise<string>;
};

/**
 * The program of `test/proof/go`, built once for what its sources are. `undefined` without Go, or where its module
 * cannot be had; a program that does not compile is an error.
 */
export async function goTool(): Promise<GoTool | undefined> {
  const program = join(cacheFolder, `verify-log-${await sourceDigest()}`);
  if (!existsSync(program)) {
    if (!(await hasModules())) return undefined;
    await mkdir(cacheFolder, { recursive: true });
    await run("go", ["build", "-o", `${program}-${process.pid}`, "."], { cwd: source, env });
    await rename(`${program}-${process.pid}`, program);
  }
  return {
    verifyLog: (folder) =>
      new Promise((answer) =>
        execFile(program, [folder], (error, stdout) =>
          answer({ ok: error === null, output: stdout.trim() || (error?.message ?? "") }),
        ),
      ),
    vectors: async () => (await run(program, ["vectors"], { maxBuffer: 10_000_000 })).stdout,
  };
}

/** Whether there is a Go that has, or gets within a minute, what `go.sum` names. */
async function hasModules(): Promise<boolean> {
  return run("go", ["mod", "download"], { cwd: source, env, timeout: 60_000 }).then(
    () => true,
    () => false,
  );
}

async function sourceDigest(): Promise<string> {
  const names = (await readdir(source)).filter((name) => /\.(go|mod|sum)$/.test(name)).sort();
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const name of names) hash.update(`\n${name}\n`).update(await readFile(join(source, name)));
  return hash.digest("hex").slice(0, 16);
}
