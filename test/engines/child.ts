import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";

export const projectFolder = resolve(import.meta.dirname, "../..");

/** Where a child's code imports the project's sources from. */
export const source = (path: string): string => JSON.stringify(join(projectFolder, path));

export type ChildOptions = { readonly uid?: number; readonly gid?: number; readonly env?: Record<string, string> };
export type ChildOutcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs TypeScript in a Node process of its own, as another user when told. Its code gets absolute import paths. */
export function startChild(
  code: string,
  options: ChildOptions = {},
): { child: ChildProcess; done: Promise<ChildOutcome> } {
  const tsx = join(projectFolder, "node_modules/tsx/dist/loader.mjs");
  const { env, ...user } = options;
  const child = spawn(process.execPath, ["--import", tsx, "--input-type=module", "-e", code], {
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, ...env },
    ...user,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const done = new Promise<ChildOutcome>((settle) =>
    child.once("close", (status) => settle({ code: status, stdout, stderr })),
  );
  return { child, done };
}

/** The first message that the child sends, or its output when it ends without one. */
export async function firstMessage({ child, done }: ReturnType<typeof startChild>): Promise<unknown> {
  const message = new Promise((settle) => child.once("message", settle));
  const ended = done.then(({ stdout, stderr }) => Promise.reject(new Error(`the child ended: ${stdout}${stderr}`)));
  return Promise.race([message, ended]);
}
