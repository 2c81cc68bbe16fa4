import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/**
 * What a link lets its bearer do: answer one agreement, as one person, until it expires. It is good for nothing else and
 * kept nowhere; each word counts once however often it is sent.
 */
const Link = z.strictObject({
  use: z.literal("answer-agreement"),
  company: z.string(),
  agreementId: z.string(),
  digest: z.string(),
  personId: z.string(),
  expiresAt: z.iso.datetime(),
});
export type AgreementLink = Omit<z.infer<typeof Link>, "use">;

/** Signs with a key of the company's own. The token is a secret of its bearer's: it goes into the link and nowhere else. */
export function linkToken(key: Uint8Array, link: AgreementLink): string {
  const claims = Buffer.from(JSON.stringify({ use: "answer-agreement", ...link })).toString("base64url");
  return `${claims}.${signatureOf(key, claims).toString("base64url")}`;
}

/** Undefined for whatever this company did not sign, and for what has expired by `at`. */
export function readLink(
  key: Uint8Array,
  token: string,
  { company, at }: { readonly company: string; readonly at: string },
): AgreementLink | undefined {
  const [claims = "", signature = "", ...more] = token.split(".");
  const given = Buffer.from(signature, "base64url");
  const expected = signatureOf(key, claims);
  if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const parsed = Link.safeParse(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")));
  if (!parsed.success || parsed.data.company !== company) return undefined;
  const { use: _use, ...link } = parsed.data;
  return Date.parse(at) > Date.parse(link.expiresAt) ? undefined : link;
}

function signatureOf(key: Uint8Array, claims: string): Buffer {
  return createHmac("sha256", key).update(`mandate/link/${claims}`).digest();
}
