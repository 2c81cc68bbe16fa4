import { bundleWorkflowCode } from "@temporalio/worker";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const workflowsPath = resolve(import.meta.dirname, "../../workflows/index.ts");
/** Code without its source map. Source: 0.5 MiB for a plain workflow, 0.9 with zod, 2.4 with LangChain messages. */
const MAX_CODE_BYTES = 800 * 1024;

test("the workflow bundle holds no LangChain, zod, rules engine or node builtin, and stays small", async () => {
  const modules: string[] = [];
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [resolve(workflowsPath, "../tracing.ts")],
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    webpackConfigHook: (config) => ({
      ...config,
      plugins: [
        ...(config.plugins ?? []),
        {
          apply(compiler) {
            compiler.hooks.done.tap("list modules", (stats) => {
              for (const module of stats.compilation.modules) modules.push(module.identifier());
            });
          },
        },
      ],
    }),
  });
  const foreign = modules.filter((name) =>
    /node_modules\/(@langchain|langsmith|langchain|zod|json-rules-engine|pg|tldts|@opentelemetry|temporal-polyfill)\//.test(
      name,
    ),
  );
  expect(foreign).toEqual([]);
  expect(modules.some((name) => name.includes("guarded-step.ts"))).toBe(true);
  const withoutMap = code.replace(/\/\/# sourceMappingURL=.*$/s, "");
  expect(withoutMap.length).toBeLessThan(MAX_CODE_BYTES);
});
