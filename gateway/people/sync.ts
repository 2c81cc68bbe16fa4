import { heldAliases, type Person } from "../../audit/ledgers/directory.ts";
import { askPeopleChange, type By, type PeopleChange } from "../../audit/ledgers/people-changes.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { aliasOf, type Alias, type HeldAlias } from "../../domain/alias.ts";
import type { CrmOwner, CrmOwners } from "../../tools/crm/port.ts";

/** What the CRM's own users are called there. */
const SYSTEM = "crm";

/** The role of somebody who is known as a requester, and answers nothing. */
const REQUESTER: Person["role"] = "requester";

export type Synced = {
  readonly owners: number;
  /** Changes that wait for a second admin. */
  readonly waiting: readonly string[];
  /** Changes that hold: what archived owners were known by is theirs no more. */
  readonly narrowed: readonly string[];
  /** Ids of owners whose names here are several people's: nothing was changed for them. */
  readonly contested: readonly string[];
};

/** What the CRM calls an owner, normalised. */
export function aliasesOf({ id, userId, email, firstName, lastName }: CrmOwner): readonly Alias[] {
  const texts = [
    ["owner-id", id],
    ["user-id", userId],
    ["mail", email],
    ["name", `${firstName} ${lastName}`],
  ] as const;
  return texts.flatMap(([kind, text]) => {
    const alias = aliasOf(kind, text);
    return alias === undefined ? [] : [{ system: SYSTEM, kind, alias }];
  });
}

/**
 * What an owner means for the directory: names that somebody known has there besides, a new person who answers nothing, what
 * is to be taken off an archived one, or nothing. `held`: aliases of these texts. People are told apart by ids and addresses,
 * never by names alone.
 */
export function changesFor(owner: CrmOwner, held: readonly HeldAlias[]): readonly PeopleChange[] | "contested" {
  const aliases = aliasesOf(owner);
  const isHeld = (alias: Alias) => (one: HeldAlias) => one.kind === alias.kind && one.alias === alias.alias;
  const certain = aliases.filter(({ kind }) => kind !== "name");
  const isCertain = (one: HeldAlias) => one.kind === "mail" || one.system === SYSTEM;
  const known = [
    ...new Set(certain.flatMap((alias) => held.filter(isHeld(alias)).filter(isCertain)).map((one) => one.personId)),
  ];
  const [personId, ...others] = known;
  if (others.length > 0) return "contested";
  if (owner.archived) {
    const had = aliases.filter((alias) =>
      held.some((one) => isHeld(alias)(one) && one.system === SYSTEM && one.personId === personId),
    );
    return personId === undefined || had.length === 0 ? [] : [{ change: "remove-alias", personId, aliases: had }];
  }
  if (personId === undefined) {
    const name = `${owner.firstName} ${owner.lastName}`.trim() || owner.email;
    return [{ change: "add", personId: `crm-${owner.id}`, name, role: REQUESTER, aliases }];
  }
  const missing = aliases.filter(
    (alias) => !held.some((one) => isHeld(alias)(one) && one.personId === personId && one.system === SYSTEM),
  );
  return missing.length === 0 ? [] : [{ change: "add-alias", personId, aliases: missing }];
}

/**
 * Asks, as an admin, for what the CRM's owners mean for the directory. What narrows holds at once. Safe to repeat: what waits
 * already is not asked for again.
 */
export async function syncPeople(
  pool: LedgerPool,
  { owners: crm, ...by }: By & { readonly owners: CrmOwners },
): Promise<Synced> {
  const { company } = by;
  const owners = await crm.listOwners(company);
  const waiting: string[] = [];
  const narrowed: string[] = [];
  const contested: string[] = [];
  for (const owner of owners) {
    const texts = aliasesOf(owner).map(({ alias }) => alias);
    const changes = changesFor(owner, await heldAliases(pool, company, texts));
    if (changes === "contested") contested.push(owner.id);
    else {
      for (const change of changes) {
        const asked = await askPeopleChange(pool, { ...by, change, reason: `owner ${owner.id} of the CRM` });
        if (asked.kind === "refused" && asked.code === "asked-already") continue;
        if (asked.kind === "refused") contested.push(owner.id);
        else (asked.state === "done" ? narrowed : waiting).push(asked.changeId);
      }
    }
  }
  return { owners: owners.length, waiting, narrowed, contested };
}
