import { build } from "esbuild";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

test("the command line starts without engines, models, database, HTTP server or schemas", async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["app/main.ts"],
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
  const entry = Object.keys(metafile.outputs).find((path) => path.endsWith("/main.js")) ?? "";
  const reached = new Set<string>();
  const queue = [entry];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    for (const { path: to, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind !== "import-statement" || reached.has(to)) continue;
      reached.add(to);
      queue.push(to);
    }
  }
  const packages = [...reached].filter(
    (path) => !path.endsWith(".js") && !path.startsWith(".") && !path.startsWith("node:"),
  );
  expect(packages).toEqual(["commander"]);
});
