import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

export const WEBHOOKS = "secret-of-the-test-app";

/** What a process of a company is told; nothing else of our own environment reaches it. */
export type Told = {
  readonly home: string;
  readonly company: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly secret: Buffer | undefined;
  readonly more?: NodeJS.ProcessEnv;
};

export type Ended = { readonly exitCode: number | null; readonly said: string };
export type CompanyProcess = {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Undefined when it ended before it was ready. */
  readonly facts: { readonly url?: string } | undefined;
  /** Everything that it wrote so far. */
  readonly said: () => string;
};

/** Starts `mandate gateway`, `worker` or `migrate` from the built product, and waits until it is ready or has ended. */
export async function startProcess(command: string, told: Told): Promise<CompanyProcess> {
  const run = `
    import { ensureBuilt } from ${JSON.stringify(`${root}/bin/build.mjs`)};
    await ensureBuilt();
    const { main } = await import(${JSON.stringify(`${root}/dist/main.js`)});
    process.exitCode = await main([${JSON.stringify(command)}]);`;
  const { home, company, databaseUrl, temporalAddress, secret, more } = told;
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    MANDATE_HOME: home,
    MANDATE_COMPANY: company,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    HUBSPOT_CLIENT_SECRET: WEBHOOKS,
    ...(secret && { MANDATE_AUDIT_SECRET: secret.toString("base64") }),
    ...more,
  };
  const args = ["--input-type=module", "-e", run];
  const child = spawn(process.execPath, args, { env, cwd: root, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = once(child, "close").then(([exitCode]) => ({ exitCode: exitCode as number | null, said }));
  const ready = once(child, "message").then(([message]) => message as { readonly url?: string });
  const facts = await Promise.race([ready, ended.then(() => undefined)]);
  return { child, ended, facts, said: () => said };
}

/** Asks a process to stop and waits for its end. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
