import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

export const ipc: ["ignore", "ignore", "inherit", "ipc"] = ["ignore", "ignore", "inherit", "ipc"];

/** A process that says over its channel where it listens. */
export async function started(child: ChildProcess): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const [message] = (await once(child, "message")) as [{ url: string }];
  return {
    url: message.url,
    pid: child.pid ?? Number.NaN,
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}
