import { Hono, type Context } from "hono";
import { cors } from "hono/cors";
import { readBody } from "../http/limits.ts";
import { readPayloads, writePayloads, type CodecPayload } from "./payloads.ts";

/** Turns payloads into what the engine keeps, and back. */
type Turn = (payloads: CodecPayload[]) => Promise<readonly CodecPayload[]>;

export type CodecOptions = {
  readonly codec: { readonly encode: Turn; readonly decode: Turn };
  /** Origins of the Temporal UI whose pages may ask, such as `http://127.0.0.1:8233`. */
  readonly origins: readonly string[];
};

/** One page of a history, with room to spare. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * A remote codec as the Temporal UI and the `temporal` command ask one: `POST /encode` and `/decode` with `{"payloads": […]}`.
 * Who reaches it reads what the engine keeps for the company: it answers under loopback names only, and pages of the named
 * origins only.
 */
export function createCodecEndpoint({ codec, origins }: CodecOptions): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header("x-content-type-options", "nosniff");
    c.header("cache-control", "no-store");
    const origin = c.req.header("origin");
    if (!loopback.has(new URL(c.req.url).hostname)) return c.text("answers under names of this machine only\n", 421);
    if (origin !== undefined && !origins.includes(origin)) return c.text("pages of this origin may not ask\n", 403);
    return next();
  });
  app.use(
    cors({ origin: [...origins], allowMethods: ["POST"], allowHeaders: ["content-type", "x-namespace"], maxAge: 600 }),
  );
  app.post("/encode", (c) => turned(c, codec.encode));
  app.post("/decode", (c) => turned(c, codec.decode));
  app.notFound((c) => c.text("a codec serves POST /encode and POST /decode\n", 404));
  app.onError((_error, c) => c.text("these payloads cannot be turned\n", 500));
  return app;
}

async function turned(c: Context, turn: Turn): Promise<Response> {
  const body = await readBody(c.req.raw, MAX_BODY_BYTES);
  if (body.kind === "too-large") return c.text(`a request has at most ${MAX_BODY_BYTES} bytes\n`, 413);
  const payloads = readPayloads(body.bytes);
  if (payloads === undefined)
    return c.text('give {"payloads": [{"metadata": {…}, "data": …}]}, values in base64\n', 400);
  try {
    return c.json({ payloads: writePayloads(await turn(payloads)) });
  } catch (error) {
    return c.text(`${(error as Error).message}\n`, 400);
  }
}
