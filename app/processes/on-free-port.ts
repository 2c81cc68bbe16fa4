import { freePort } from "../../engines/free-port.ts";

/** How often another port is tried: each time somebody took it in the moment between our asking and listening. */
const ATTEMPTS = 5;

type Ports = {
  /** The one that was asked for: no other is tried. */
  readonly chosen: number | undefined;
  /** Taken when nobody listens on it. */
  readonly preferred: number;
};

/** Starts something on a free loopback port, and on another one when that was taken before it listened. */
export async function onFreePort<T>(ports: Ports, start: (port: number) => Promise<T>): Promise<T> {
  const { chosen, preferred } = ports;
  if (chosen !== undefined) return start(chosen);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt === 1 ? preferred : undefined);
    try {
      return await start(port);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Error) || !error.message.includes("EADDRINUSE")) throw error;
    }
  }
}
