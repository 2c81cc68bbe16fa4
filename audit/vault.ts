import { randomBytes } from "node:crypto";
import type { ClientBase, Pool } from "pg";
import { keyWrapping, type KeyWrapping, type SubjectKey } from "./subject-key.ts";

/** Anything that runs a statement: the pool, or a client inside a transaction. */
export type Sql = Pick<Pool | ClientBase, "query">;

/** A company's ledgers: where statements run, and the keys that bodies are sealed with. */
export type Ledger = Sql & { readonly vault: Vault };
export type LedgerPool = Pool & { readonly vault: Vault };

/** How long a key is remembered: an erased one is used at most this long, and the database refuses it meanwhile. */
const REMEMBERED_MS = 30_000;
/** Keys remembered per process; the oldest goes first. */
const MOST_REMEMBERED = 10_000;

export type Vault = {
  /** The keys of subjects, in order: `case:<case id>` or `person:<person id>`; made at their first use. */
  keysOf(sql: Sql, company: string, names: readonly string[]): Promise<readonly SubjectKey[]>;
  /** @throws when the key is not this installation's. */
  unwrap(company: string, subjectId: string, wrapped: Uint8Array): SubjectKey;
  /** The same keys; what is made inside a transaction that may still be rolled back is not remembered. */
  forTransaction(): Vault;
};

/** `secret`: at least 32 random bytes, one per installation; who has it and the database reads every body. */
export function createVault(secret: Uint8Array): Vault {
  if (secret.length < 32) throw new RangeError(`the audit secret has ${secret.length} bytes; it needs 32 or more`);
  const remembered = new Map<string, { readonly key: SubjectKey; readonly until: number }>();
  const wrappings = new Map<string, KeyWrapping>();

  function wrappingOf(company: string): KeyWrapping {
    const wrapping = wrappings.get(company) ?? keyWrapping(secret, company);
    wrappings.set(company, wrapping);
    return wrapping;
  }

  function recall(id: string): SubjectKey | undefined {
    const found = remembered.get(id);
    return found !== undefined && found.until > performance.now() ? found.key : undefined;
  }

  function remember(id: string, key: SubjectKey): void {
    remembered.delete(id);
    remembered.set(id, { key, until: performance.now() + REMEMBERED_MS });
    if (remembered.size <= MOST_REMEMBERED) return;
    const [oldest] = remembered.keys();
    if (oldest !== undefined) remembered.delete(oldest);
  }

  async function fetchKeys(
    sql: Sql,
    company: string,
    names: readonly string[],
    alone: boolean,
  ): Promise<Map<string, SubjectKey>> {
    const wrapping = wrappingOf(company);
    const offered = names.map((name) => {
      const id = `sub_${randomBytes(10).toString("hex")}`;
      return { name, id, key: wrapping.fresh(id).toString("base64") };
    });
    const { rows } = await sql.query<{ name: string; subject_id: string; wrapped_key: Buffer }>({
      name: "subject-keys",
      text: "select name, subject_id, wrapped_key from subject_keys($1, $2, $3)",
      values: [company, JSON.stringify(offered), alone],
    });
    return new Map(rows.map((row) => [row.name, wrapping.unwrap(row.subject_id, row.wrapped_key)]));
  }

  function vault(keeps: boolean): Vault {
    return {
      async keysOf(sql, company, names) {
        const known = new Map(names.map((name) => [name, recall(`${company} ${name}`)]));
        const unknown = [...known].filter(([, key]) => key === undefined).map(([name]) => name);
        const fetched =
          unknown.length === 0 ? new Map<string, SubjectKey>() : await fetchKeys(sql, company, unknown, keeps);
        if (keeps) for (const [name, key] of fetched) remember(`${company} ${name}`, key);
        return names.map((name) => {
          const key = known.get(name) ?? fetched.get(name);
          if (key === undefined) throw new Error(`no key for \`${name}\``);
          return key;
        });
      },
      unwrap: (company, subjectId, wrapped) => wrappingOf(company).unwrap(subjectId, wrapped),
      forTransaction: () => vault(false),
    };
  }
  return vault(true);
}
