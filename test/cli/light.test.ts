import { build } from "esbuild";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** The packages that a file of ours loads at once, whatever it may load later. */
async function loadedBy(entry: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: "unused",
    format: "esm",
    platform: "node",
    packages: "external",
    external: ["./processes/*"],
  });
  const name = entry.replace(/^.*\/(\w+)\.ts$/, "/$1.js");
  const reached = new Set<string>();
  const queue = [Object.keys(metafile.outputs).find((path) => path.endsWith(name)) ?? ""];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    for (const { path: to, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind !== "import-statement" || reached.has(to)) continue;
      reached.add(to);
      queue.push(to);
    }
  }
  return [...reached].filter((path) => !path.endsWith(".js") && !path.startsWith(".") && !path.startsWith("node:"));
}

test("the command line starts without engines, models, database, HTTP server or schemas", async () => {
  expect(await loadedBy("app/main.ts")).toEqual(["commander"]);
});

test("its client is the API's types and `hono/client`: neither server nor schemas are loaded for it", async () => {
  expect(await loadedBy("cli/client.ts")).toEqual(["hono/client"]);
});
