/** What a system calls people by. */
export const aliasKinds = ["user-id", "owner-id", "mail", "name"] as const;
export type AliasKind = (typeof aliasKinds)[number];

/** What one system calls a person. `alias` is normalised, as `aliasOf` does it. */
export type Alias = { readonly system: string; readonly kind: AliasKind; readonly alias: string };

/** The system of people's ids and names here. */
export const OWN_SYSTEM = "own";

/** Longest text that can name somebody. */
const MOST = 320;

/** Case folding and compatibility forms of Unicode, nothing that cannot be seen, single spaces. */
function folded(text: string): string {
  const seen = text.normalize("NFKC").replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "");
  return seen.toUpperCase().toLowerCase().normalize("NFKC").replace(/\s+/gu, " ").trim();
}

/** `Lee, Dana` is `Dana Lee`. */
function nameOf(text: string): string {
  const name = folded(text)
    .replace(/^"(.*)"$/u, "$1")
    .trim();
  const [, last, first] = /^([^,]+), ([^,]+)$/u.exec(name) ?? [];
  return last === undefined || first === undefined ? name : `${first} ${last}`;
}

/** Case does not tell mailboxes apart; a domain is what its IDNA form is. Undefined for what is no address. */
function mailOf(text: string): string | undefined {
  const [, local = "", domain = ""] =
    /^(?:mailto:)?([^\s<>@"(),:;]+)@([^\s<>@"(),:;/?#\\]+)$/u.exec(folded(text)) ?? [];
  const address = `http://${domain.replace(/\.$/, "")}/`;
  if (local === "" || !URL.canParse(address)) return undefined;
  const { hostname } = new URL(address);
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(hostname) ? `${local}@${hostname}` : undefined;
}

/** An alias as it is kept and looked up, or undefined for a text that is none of its kind. */
export function aliasOf(kind: AliasKind, text: string): string | undefined {
  if (text.length > MOST) return undefined;
  if (kind === "mail") return mailOf(text);
  const alias = kind === "name" ? nameOf(text) : folded(text);
  return alias === "" ? undefined : alias;
}

/** Whom a text may mean: `mail` when it holds an address, and a name or id, which says nothing beside an address. */
export type Naming = { readonly mail: string | undefined; readonly name: string | undefined; readonly id: string };

/** Reads what a system has under "asked by": an id, an address, a name, `Dana Lee <dana@x.example>`. */
export function namingOf(text: string): Naming {
  if (text.length > MOST) return { mail: undefined, name: undefined, id: "" };
  const [, before = "", inside] = /^([^<>]*)<([^<>]+)>$/u.exec(text.trim()) ?? [];
  const [, address, after = ""] = inside === undefined ? (/^(\S+@\S+) \(([^()]*)\)$/u.exec(folded(text)) ?? []) : [];
  const mail = mailOf(inside ?? address ?? text);
  const called = inside !== undefined || address !== undefined ? `${before}${after}` : mail === undefined ? text : "";
  return { mail, name: aliasOf("name", called), id: mail === undefined ? folded(text) : "" };
}

/** Every text under which the directory may know whom a naming means. */
export function lookedUp({ mail, name, id }: Naming): readonly string[] {
  return [...new Set([mail, name, id].filter((text): text is string => text !== undefined && text !== ""))];
}

/** An alias that the directory holds, of somebody whom nobody revoked. */
export type HeldAlias = Alias & { readonly personId: string };

/**
 * The person whom a naming means in a system, or undefined where that is nobody or could be several. An address is looked up
 * as such and nothing else is believed beside it, since anybody can write any name before an address; a name that belongs
 * to others than the address does makes it nobody's. Ids count in their own system and here.
 */
export function personMeant(naming: Naming, system: string, held: readonly HeldAlias[]): string | undefined {
  const means = (kinds: readonly AliasKind[], text: string | undefined, everywhere: boolean) => {
    const found = held.filter((one) => kinds.includes(one.kind) && one.alias === text);
    return found.filter((one) => everywhere || one.system === system || one.system === OWN_SYSTEM);
  };
  const ids = (found: readonly HeldAlias[]) => [...new Set(found.map(({ personId }) => personId))];
  const named = means(["name"], naming.name, true);
  if (naming.mail !== undefined) {
    const [person, ...others] = ids([...means(["mail"], naming.mail, true), ...means(["user-id"], naming.mail, false)]);
    const isOthers = named.length > 0 && !named.some(({ personId }) => personId === person);
    return others.length > 0 || isOthers ? undefined : person;
  }
  const [person, ...others] = ids([...means(["user-id", "owner-id"], naming.id, false), ...named]);
  return others.length > 0 ? undefined : person;
}
