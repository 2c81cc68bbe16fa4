import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hono } from "hono";
import type { Context } from "hono";
import type { ApiEnv } from "./http/auth.ts";

/** Where the console is. Everything below it is one page, which reads its own address; nothing of it decides on a GET. */
export const CONSOLE_PATH = "/console";

/** Scripts, styles and connections of our own and nothing else: no inline script, no frame around us, no address of another site. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const kinds: { readonly [ending: string]: string } = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

type Asset = { readonly body: string; readonly kind: string; readonly tag: string };

/** What the build put there, read once; undefined where there is no console, as in a checkout that was not built. */
export function consoleAssets(folder: string | undefined): ReadonlyMap<string, Asset> | undefined {
  if (folder === undefined) return undefined;
  try {
    const names = readdirSync(folder).filter((name) => kinds[endingOf(name)] !== undefined);
    const assets = new Map(names.map((name) => [name, assetOf(join(folder, name), name)]));
    return assets.has("index.html") ? assets : undefined;
  } catch {
    return undefined;
  }
}

function assetOf(path: string, name: string): Asset {
  const body = readFileSync(path, "utf8");
  const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { body, kind: kinds[endingOf(name)] ?? "text/plain", tag };
}

function endingOf(name: string): string {
  return name.split(".").at(-1) ?? "";
}

/** Serves the console's page and what it loads. */
export function mountConsole(app: Pick<Hono<ApiEnv>, "get">, assets: ReadonlyMap<string, Asset>): void {
  const page = (c: Context<ApiEnv>) => give(c, assets.get("index.html"));
  app.get(`${CONSOLE_PATH}/assets/:name`, (c) => {
    const asset = assets.get(c.req.param("name"));
    return asset === undefined ? c.notFound() : give(c, asset);
  });
  app.get(CONSOLE_PATH, page);
  app.get(`${CONSOLE_PATH}/`, page);
  app.get(`${CONSOLE_PATH}/e/:id`, page);
  app.get(`${CONSOLE_PATH}/d/:id`, page);
  for (const name of ["operations", "agents", "policies", "people"]) app.get(`${CONSOLE_PATH}/${name}`, page);
}

/** Asked for anew each time, and sent anew only where it is another: a page never runs beside another build's script. */
function give(c: Context<ApiEnv>, asset: Asset | undefined) {
  if (asset === undefined) return c.notFound();
  c.header("content-security-policy", POLICY);
  c.header("referrer-policy", "no-referrer");
  c.header("cross-origin-opener-policy", "same-origin");
  c.header("cache-control", "no-cache");
  c.header("etag", asset.tag);
  if (c.req.header("if-none-match") === asset.tag) return c.body(null, 304);
  return c.body(asset.body, 200, { "content-type": asset.kind });
}
