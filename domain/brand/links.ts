import { lookOf } from "../customer/letters.ts";
import { decodeDomain } from "../customer/punycode.ts";
import { patternSpans } from "../pattern.ts";
import { spanIn, type Normal } from "./normal.ts";

/** A link, and the host that it leads to, as people would read it. */
export type Link = { readonly from: number; readonly to: number; readonly host: string };

/** Anything that a mail program makes a link of: a scheme, an address that begins with `www`, or a host with a path. */
const links = patternSpans(
  '(?:[a-z][a-z0-9+.]{0,20}:[/\\\\]{2}|\\bmailto:|\\bwww\\.|\\b(?:[a-z0-9-]{1,63}\\.){1,6}[a-z]{2,24}/)[^ \\n<>"]+',
);

const UNSEEN = /[\p{Cf}\p{Cc}\p{Variation_Selector}]/gu;

/** The host within a link as browsers take it: behind user and password, a backslash is a slash, punycode is decoded. */
function hostOf(written: string): string {
  const address = written.normalize("NFKC").replaceAll(UNSEEN, "").toLowerCase().replaceAll("\\", "/");
  if (address.startsWith("mailto:"))
    return trimmed(address.slice("mailto:".length).split("?")[0]?.split("@").at(-1) ?? "");
  const behind = address.includes("://") ? address.slice(address.indexOf("://") + 3).replace(/^\/{1,8}/, "") : address;
  const authority = behind.split(/[/?#]/)[0] ?? "";
  return trimmed(authority.split("@").at(-1)?.split(":")[0] ?? "");
}

function trimmed(host: string): string {
  return decodeDomain(host.replaceAll(/[^\p{L}\p{M}\p{N}.-]/gu, "").replace(/\.{1,8}$/, "")).normalize("NFC");
}

/** The links of a text. `piece` is a stretch of its normal form, which begins at `offset` there. */
export function linksIn(text: string, normal: Normal, piece: string, offset: number): readonly Link[] {
  return links(piece).map(([start, end]) => {
    const written = piece.slice(start, end);
    const trailing = written.length - written.replace(/[.,;:!?)\]'-]{1,16}$/, "").length;
    const [from, to] = spanIn(normal, offset + start, offset + end - trailing);
    return { from, to, host: hostOf(text.slice(from, to)) };
  });
}

/** Whether a host is one of the allowed ones or under it; else whether it passes for one of them. */
export function standingOf(host: string, allowed: readonly string[]): "allowed" | "looks-allowed" | "other" {
  if (allowed.some((known) => host === known || host.endsWith(`.${known}`))) return "allowed";
  const passes = allowed.some((known) => lookOf(host).includes(lookOf(known)));
  return passes ? "looks-allowed" : "other";
}
