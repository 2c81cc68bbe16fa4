import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request as plainRequest, type IncomingHttpHeaders } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { PassThrough, Transform } from "node:stream";
import { join } from "node:path";
import { promisify } from "node:util";

/** What came in, as a supplier's front would see it. */
type Seen = { readonly path: string; readonly headers: IncomingHttpHeaders };

export type TlsFront = { readonly url: string; seen(): readonly Seen[]; close(): Promise<void> };

/** Belongs to a connection, and is no part of a message. */
const ofConnection = new Set(["connection", "transfer-encoding", "keep-alive", "http2-settings", "upgrade", "host"]);

function messageHeaders(headers: IncomingHttpHeaders) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith(":") && !ofConnection.has(name)),
  );
}

/** HTTPS on loopback, of HTTP/2 and 1.1, before a server that speaks neither: the clouds' clients take nothing else. */
export async function tlsFront(target: string): Promise<TlsFront> {
  const seen: Seen[] = [];
  const forward = (asked: Http2ServerRequest, answer: Http2ServerResponse) => {
    seen.push({ path: asked.url, headers: asked.headers });
    const end = () => answer.stream?.destroy() ?? asked.socket.destroy();
    const onward = plainRequest(
      new URL(asked.url, target),
      { method: asked.method, headers: messageHeaders(asked.headers) },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 500, messageHeaders(answered.headers));
        const told = asPublished(asked.url);
        answered.on("error", () => told.end(end));
        answered.pipe(told).pipe(answer);
      },
    );
    asked.pipe(onward.on("error", end));
  };
  const server = createSecureServer({ ...(await certificate()), allowHTTP1: true }, forward);
  const open = new Set<{ destroy(): void }>();
  server.on("secureConnection", (socket) => void open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: () => seen,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** What the stand-in streams, in the form that the supplier publishes. */
function asPublished(path: string): Transform {
  if (path.endsWith("/converse-stream")) return withoutTextStarts();
  if (path.endsWith(":streamGenerateContent")) return asJsonArray();
  return new PassThrough();
}

/** Converse begins no block of text by an event; a frame is its length in 4 bytes and what follows. */
function withoutTextStarts(): Transform {
  let left = Buffer.alloc(0);
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      left = Buffer.concat([left, piece]);
      for (let size = 0; left.length >= 4 && left.length >= (size = left.readUInt32BE(0)); left = left.subarray(size)) {
        const frame = left.subarray(0, size);
        if (!frame.includes('"start":{}')) this.push(frame);
      }
      done();
    },
    flush(done) {
      done(null, left);
    },
  });
}

/** Without `alt=sse` Vertex streams one JSON array. */
function asJsonArray(): Transform {
  let left = "";
  let told = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      const lines = (left + piece.toString()).split("\n");
      left = lines.pop() ?? "";
      for (const line of lines.filter((one) => one.startsWith("data: "))) {
        this.push(`${told === 0 ? "[" : ",\n"}${line.slice("data: ".length)}`);
        told += 1;
      }
      done();
    },
    flush(done) {
      done(null, told === 0 ? left : "]");
    },
  });
}

/** Of this run alone, and trusted by nobody. */
async function certificate(): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), "front-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  try {
    const args = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1".split(" ");
    await promisify(execFile)("openssl", [...args, "-keyout", key, "-out", cert]);
    return { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
