import { failure } from "./failure.ts";
import type { Io } from "./io.ts";

/** A port as it was typed. */
export function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= 0 && port <= 65_535) return port;
  throw failure("usage", "not-a-port", `--port \`${text}\` is not a port`, "give a number from 0 to 65535");
}

/** Says where a command serves that stays up. */
export function answerReady(io: Io, json: boolean | undefined, data: object, text: string): void {
  io.stdout.write(json === true ? `${JSON.stringify({ ok: true, data })}\n` : text);
}
