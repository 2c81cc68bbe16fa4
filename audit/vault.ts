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
  /** Whether none of these keys has to be asked for. */
  knows(company: string, names: readonly string[]): boolean;
  /** @throws SealedElsewhere when the key is not this installation's. */
  unwrap(company: string, subjectId: string, wrapped: Uint8Array): SubjectKey;
  /** Whether a wrapped key is this installation's. */
  opens(company: string, subjectId: string, wrapped: Uint8Array): boolean;
  /** A digest for ever the same and for nobody else to make (hex): it may stand open where what it is taken of may not. */
  blind(company: string, text: string): string;
  /** The same keys, for one transaction: what it makes is remembered once it is committed; what it finds is at once. */
  forTransaction(): TransactionVault;
};

export type TransactionVault = Vault & { readonly committed: () => void };

/** Told, once, of a subject whose key is wanted and was sealed under another secret: nothing about it can be recorded. */
export type OnForeignKey = (name: string) => void;

/** `secret`: at least 32 random bytes, one per installation; who has it and the database reads every body. */
export function createVault(secret: Uint8Array, onForeignKey: OnForeignKey = () => undefined): Vault {
  if (secret.length < 32) throw new RangeError(`the audit secret has ${secret.length} bytes; it needs 32 or more`);
  const memory = createKeyMemory();
  const foreign = new Set<string>();
  const tellOnce = (company: string) => (name: string) => {
    const id = `${company} ${name}`;
    if (!foreign.has(id)) onForeignKey(name);
    foreign.add(id);
  };
  const wrappings = new Map<string, KeyWrapping>();

  function wrappingOf(company: string): KeyWrapping {
    const wrapping = wrappings.get(company) ?? keyWrapping(secret, company);
    wrappings.set(company, wrapping);
    return wrapping;
  }

  /** `uncommitted`: the keys that the transaction made; absent for a vault whose statements are committed alone. */
  function vault(uncommitted?: Map<string, SubjectKey>): Vault {
    return {
      async keysOf(sql, company, names) {
        const recall = (id: string) => memory.recall(id) ?? uncommitted?.get(id);
        const known = new Map(names.map((name) => [name, recall(`${company} ${name}`)]));
        const unknown = [...known].filter(([, key]) => key === undefined).map(([name]) => name);
        if (unknown.length > 0) {
          const asked = { company, wrapping: wrappingOf(company), alone: uncommitted === undefined };
          const fetching = { ...asked, onForeignKey: tellOnce(company) };
          for (const { name, key, made } of await fetchKeys(sql, fetching, unknown)) {
            known.set(name, key);
            if (made && uncommitted !== undefined) uncommitted.set(`${company} ${name}`, key);
            else memory.remember(`${company} ${name}`, key);
          }
        }
        return names.map((name) => {
          const key = known.get(name);
          if (key === undefined) throw new Error(`no key for \`${name}\``);
          return key;
        });
      },
      knows: (company, names) => names.every((name) => memory.recall(`${company} ${name}`) !== undefined),
      unwrap: (company, subjectId, wrapped) => wrappingOf(company).unwrap(subjectId, wrapped),
      opens: (company, subjectId, wrapped) => wrappingOf(company).opens(subjectId, wrapped),
      blind: (company, text) => wrappingOf(company).blind(text),
      forTransaction() {
        const made = new Map<string, SubjectKey>();
        const committed = () => made.forEach((key, id) => memory.remember(id, key));
        return { ...vault(made), committed };
      },
    };
  }
  return vault();
}

/** The keys used last, for as long as they may be. */
function createKeyMemory() {
  const remembered = new Map<string, { readonly key: SubjectKey; readonly until: number }>();
  return {
    recall(id: string): SubjectKey | undefined {
      const found = remembered.get(id);
      return found !== undefined && found.until > performance.now() ? found.key : undefined;
    },
    remember(id: string, key: SubjectKey): void {
      remembered.delete(id);
      remembered.set(id, { key, until: performance.now() + REMEMBERED_MS });
      if (remembered.size <= MOST_REMEMBERED) return;
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    },
  };
}

type Asked = {
  readonly company: string;
  readonly wrapping: KeyWrapping;
  readonly alone: boolean;
  readonly onForeignKey: OnForeignKey;
};

/** The keys that stand, and those `made` now. `alone`: nothing else is in the transaction. @throws SealedElsewhere. */
async function fetchKeys(sql: Sql, { company, wrapping, alone, onForeignKey }: Asked, names: readonly string[]) {
  const offered = names.map((name) => {
    const id = `sub_${randomBytes(10).toString("hex")}`;
    return { name, id, key: wrapping.fresh(id).toString("base64") };
  });
  const { rows } = await sql.query<{ name: string; subject_id: string; wrapped_key: Buffer }>({
    name: "subject-keys",
    text: "select name, subject_id, wrapped_key from subject_keys($1, $2, $3)",
    values: [company, JSON.stringify(offered), alone],
  });
  return rows.map(({ name, subject_id: id, wrapped_key: wrapped }) => {
    try {
      return { name, key: wrapping.unwrap(id, wrapped), made: offered.some((offer) => offer.id === id) };
    } catch (error) {
      onForeignKey(name);
      throw error;
    }
  });
}
