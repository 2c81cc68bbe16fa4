import { build } from "esbuild";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

test("the gateway decides without the worker, the agents or their models", async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["app/processes/gateway.ts"],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
  });
  const packages = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const sources = Object.keys(metafile.inputs);
  expect(packages).toContain("json-rules-engine");
  expect(packages.filter((path) => /^@langchain\/|^langchain|^@temporalio\/(worker|activity)/.test(path))).toEqual([]);
  expect(sources.filter((path) => /^(agents|app\/activities)\//.test(path))).toEqual([]);
});
