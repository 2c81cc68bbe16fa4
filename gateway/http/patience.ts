import type { IncomingMessage, Server } from "node:http";
import { REQUEST_TIMEOUT_MS } from "./limits.ts";

const batch = /^\/v1\/batches\/[^/]+$/;

/** A batch may be large and slow: its door bounds it by itself. */
export function isBatchUpload(method: string | undefined, path: string | undefined): boolean {
  return method === "POST" && batch.test(path?.split("?")[0] ?? "");
}

/** Drops connections whose request is not all there in time; a batch has the server's own, longer time. */
export function boundRequests(server: Server): void {
  server.on("request", (request: IncomingMessage) => {
    if (isBatchUpload(request.method, request.url)) return;
    const impatient = setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, REQUEST_TIMEOUT_MS);
    request.once("close", () => clearTimeout(impatient));
  });
}
