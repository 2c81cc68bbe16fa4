import { createAdaptorServer } from "@hono/node-server";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { REQUEST_TIMEOUT_MS } from "./http/limits.ts";

export type Listening = {
  /** 0 takes a free port. */
  readonly port: number;
  /** Default: this machine alone, 127.0.0.1. */
  readonly host?: string;
};

export type EndpointServer = {
  /** Where it is reached, without a slash at the end. */
  readonly url: string;
  /** Takes no more requests and resolves when those under way are answered. */
  stop(): Promise<void>;
};

type Endpoint = { readonly fetch: (request: Request) => Response | Promise<Response> };

/** Serves one small endpoint. Rejects when the port is taken. */
export async function serveEndpoint(
  { fetch }: Endpoint,
  { port, host = "127.0.0.1" }: Listening,
): Promise<EndpointServer> {
  const serverOptions = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: 5_000, maxHeaderSize: 16_384 };
  const server = createAdaptorServer({ fetch, createServer, serverOptions }) as Server;
  server.listen(port, host);
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
  return { url, stop: () => drain(server) };
}

const LOOK_MS = 50;

/** Takes no connection, and drops those that say nothing: the idle ones now, each other one after its answer. */
async function drain(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const impatient = setTimeout(() => server.closeAllConnections(), REQUEST_TIMEOUT_MS);
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_MS);
  await closed;
  clearTimeout(impatient);
  clearInterval(idle);
}
