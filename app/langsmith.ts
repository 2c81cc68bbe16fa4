import type { Config } from "./config.ts";

/** What LangChain and its tracer read of an environment by themselves. */
const READ = /^(?:LANGSMITH|LANGCHAIN)_/;

/**
 * Takes what LangSmith's client would read out of a process's environment, unless the company turned LangSmith on: a variable that a
 * machine happens to have sends nothing.
 */
export function withoutLangSmith({ langsmith }: Pick<Config, "langsmith">, env: NodeJS.ProcessEnv = process.env): void {
  if (langsmith === "on") return;
  for (const name of Object.keys(env)) if (READ.test(name)) Reflect.deleteProperty(env, name);
}
