import { parse } from "tldts";
import { lookAlikeScripts } from "./scripts.ts";
import { decodeDomain } from "./punycode.ts";
import { sharedUse } from "./shared-hosts.ts";

/**
 * Whom a host, an address on the web or a mail address names. `account` is the registrable domain in IDNA's form: lower case,
 * ASCII, no dot at its end; below private suffixes (`acme.uk.com`) as below public ones. `reason` is a sentence without a full stop.
 */
export type CustomerAccount =
  | { readonly kind: "account"; readonly account: string; readonly host: string }
  | { readonly kind: "none"; readonly reason: string };

const none = (reason: string): CustomerAccount => ({ kind: "none", reason });

/** Suffixes that nobody can register below: kept for examples, and used in those of ours. Source: RFC 2606, RFC 6761. */
const EXAMPLE_SUFFIXES: ReadonlySet<string> = new Set(["example", "test"]);

const MAX_SHOWN_CHARS = 60;

function shown(text: string): string {
  const line = text.replaceAll(/[\s`]+/g, " ").trim();
  return `\`${line.length <= MAX_SHOWN_CHARS ? line : `${line.slice(0, MAX_SHOWN_CHARS - 1)}…`}\``;
}

/** What registries take as a name. Source: RFC 952 and 1123, IDNA's ASCII form. */
const registrable = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** Who a text names as a customer, or why it names none. Pure; never throws, and an account names itself. */
export function customerAccount(text: string): CustomerAccount {
  const address = addressIn(text);
  if (address === undefined) return none(`${shown(text)} is no host, web address or mail address`);
  const { host, path } = address;
  const {
    domain,
    domainWithoutSuffix: label,
    publicSuffix,
    isIcann,
    isPrivate,
    isIp,
  } = parse(host, {
    allowPrivateDomains: true,
    validateHostname: true,
  });
  if (isIp === true) return none(`${shown(host)} is a number of a network, not a name`);
  const shared = sharedUse({ host, path, label: label ?? "" });
  if (shared !== undefined) return none(shared);
  if (publicSuffix === null || !host.includes(".")) return none(`${shown(host)} is no name on the internet`);
  if (isIcann !== true && isPrivate !== true && !EXAMPLE_SUFFIXES.has(publicSuffix))
    return none(`${shown(host)} ends in .${publicSuffix}, which is no suffix that names are registered under`);
  if (domain === null || label === null) return none(`${shown(host)} is a suffix that many have names under`);
  if (!registrable.test(label)) return none(`${shown(host)} is no name that can be registered`);
  const mixed = lookAlikeScripts(decodeDomain(domain));
  if (mixed !== undefined) return none(`${shown(decodeDomain(domain))} mixes ${mixed} letters that look alike`);
  return { kind: "account", account: domain, host };
}

/** What people paste around an address: `Jane <jane@acme.example>`, quotes, brackets, a full stop at the end of a sentence. */
const wrapped = /^[^<>]*<([^<>]+)>$/;
const MOST_CHARS = 4_096;

/** The host in IDNA's form and the path of what a text says, if it says one address and nothing else. */
function addressIn(text: string): { readonly host: string; readonly path: string } | undefined {
  if (text.length > MOST_CHARS) return undefined;
  const plain = text
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .trim();
  const bare = (wrapped.exec(plain)?.[1] ?? plain)
    .replace(/^["'({]+|["')},;]+$/g, "")
    .replace(/^mailto:(\/\/)?/i, "")
    .trim();
  if (bare === "" || /[\s,;]/.test(bare.replace(/[/?#].*$/s, ""))) return undefined;
  const [, scheme] = /^([a-z][a-z0-9+.-]*):(?=\/\/|\\\\)/i.exec(bare) ?? [];
  if (scheme !== undefined && !/^(https?|ftps?|wss?)$/i.test(scheme)) return undefined;
  const rest = scheme === undefined ? bare.replace(/^[/\\]{2}/, "") : bare.slice(scheme.length + 3);
  const url = `http://${rest}`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname } = new URL(url);
  const host = hostname.replace(/^\.+|\.+$/g, "");
  return host === "" ? undefined : { host, path: pathname };
}
