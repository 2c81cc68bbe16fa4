import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { SESSION_MS } from "../../audit/ledgers/sessions.ts";

/** The console's session. No script reads it, no other site sends it, and it is good for our own routes alone. */
const COOKIE = "mandate_session";

/** Where the console logs in; open, since who comes has no session yet. */
export const LOGIN_PATH = "/login";

/** Said by the console with whatever changes something: a form of another site cannot say it. */
export const CONSOLE_HEADER = "x-mandate-console";

const token = /^mds_[A-Za-z0-9_-]{43}$/;

/** Undefined where none was sent that could be one. */
export function sessionToken(c: Context): string | undefined {
  const given = getCookie(c, COOKIE);
  return given !== undefined && token.test(given) ? given : undefined;
}

export function giveSession(c: Context, session: string): void {
  const secure = new URL(c.req.url).protocol === "https:" || c.req.header("x-forwarded-proto") === "https";
  setCookie(c, COOKIE, session, { httpOnly: true, sameSite: "Strict", path: "/", maxAge: SESSION_MS / 1_000, secure });
}

export function dropSession(c: Context): void {
  deleteCookie(c, COOKIE, { path: "/" });
}

const reads: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * Whether a request that a cookie came with is the console's own. One that only reads may be; one that changes something says the
 * header, and its origin is ours, whichever name we are reached under.
 */
export function isOurOwn(c: Context): boolean {
  if (reads.has(c.req.method)) return true;
  if (c.req.header(CONSOLE_HEADER) === undefined) return false;
  const origin = c.req.header("origin");
  return origin !== undefined && hostIn(origin) === (c.req.header("host") ?? new URL(c.req.url).host);
}

function hostIn(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
