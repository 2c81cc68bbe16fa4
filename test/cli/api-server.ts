import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Problem } from "../../gateway/http/problem.ts";

export type Request = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  readonly ifMatch: string | undefined;
  readonly body: unknown;
};
export type Reply = { readonly status?: number; readonly json?: unknown; readonly text?: string };

export type ApiServer = { readonly url: string; readonly requests: readonly Request[]; close(): Promise<void> };

/** Speaks the contract over HTTP with answers that a test chooses: for rendering and for the mapping of errors only. */
export async function serveApi(answer: (request: Request) => Reply): Promise<ApiServer> {
  const requests: Request[] = [];
  const server = createServer((incoming, outgoing) => {
    void readRequest(incoming).then((request) => {
      requests.push(request);
      const { status = 200, json, text } = answer(request);
      outgoing.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" });
      outgoing.end(text ?? JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://localhost");
  const token = (incoming.headers.authorization ?? "").replace("Bearer ", "");
  return {
    method: incoming.method ?? "",
    path: decodeURIComponent(pathname),
    query: searchParams,
    token,
    ifMatch: incoming.headers["if-match"],
    body: text === "" ? undefined : JSON.parse(text),
  };
}

export function problem(status: number, code: string, detail: string, fix?: string): Reply {
  const json: Problem = {
    type: `urn:mandate:problem:${code}`,
    title: "No",
    status,
    code,
    detail,
    ...(fix !== undefined && { fix }),
  };
  return { status, json };
}
