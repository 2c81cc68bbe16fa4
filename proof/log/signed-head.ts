import type { Sql } from "../../audit/vault.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { LogError } from "./log-error.ts";
import { NoteError } from "./note-error.ts";
import { verifierOf, type Signer } from "./note-keys.ts";
import { openNote } from "./note.ts";
import { EMPTY_ROOT } from "../../audit/tree.ts";

export type Head = { readonly size: number; readonly root: Buffer };

type Named = {
  readonly company: string;
  readonly log: string;
  readonly origin: string;
  readonly signer: Signer;
};
type HeadRow = {
  readonly origin: string;
  readonly size: number;
  readonly signed: number;
  readonly root: Buffer;
  readonly note: string | null;
  readonly places: number;
};

/**
 * The head that was signed last, out of the note itself: what stands beside it in the database must say the same. A log
 * that was never signed is empty. Throws `LogError`.
 */
export async function lastHead(sql: Sql, named: Named): Promise<Head> {
  const { company, log, origin } = named;
  const { rows } = await sql.query<HeadRow>({
    name: "last-head",
    text: `select l.origin, l.size, c.size as signed, c.root, c.note,
                  coalesce((select p.seq + cardinality(p.keys) from audit_place p
                            where p.company = l.company and p.log = l.log and p.seq is not null order by p.seq desc limit 1), 0) as places
           from audit_log l
           left join lateral (select size, root, note from audit_checkpoint c where c.company = l.company and c.log = l.log
                              order by size desc limit 1) c on true
           where l.company = $1 and l.log = $2`,
    values: [company, log],
  });
  const [row] = rows;
  if (row === undefined) return { size: 0, root: EMPTY_ROOT };
  if (row.origin !== origin) {
    throw new LogError(
      "origin-changed",
      `log \`${log}\` was begun as \`${row.origin}\`, which is its name for ever; it cannot go on as \`${origin}\``,
      row.origin,
    );
  }
  if (row.note === null) throw sizeChanged(log, row.size, "no checkpoint");
  const head = signedBy(named, row.note);
  if ([row.size, row.signed, row.places].some((size) => size !== head.size)) {
    throw sizeChanged(log, row.size, `${row.places} places and a checkpoint of ${head.size}`);
  }
  if (!head.rootHash.equals(row.root)) {
    throw new LogError("unsigned-head", `the root beside the last checkpoint of log \`${log}\` is not the one signed`);
  }
  return { size: head.size, root: head.rootHash };
}

function signedBy({ log, origin, signer }: Named, note: string): Checkpoint {
  try {
    const head = parseCheckpoint(openNote(note, [verifierOf(signer.vkey)]).text);
    if (head.origin === origin) return head;
    throw new LogError("unsigned-head", `the last checkpoint of log \`${log}\` is one of \`${head.origin}\``);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new LogError(
      "unsigned-head",
      `the last checkpoint of log \`${log}\` was not signed by the key in use, \`${signer.vkey}\`: ${error.message}`,
    );
  }
}

function sizeChanged(log: string, size: number, signed: string): LogError {
  return new LogError("size-changed", `log \`${log}\` has ${size} leaves and ${signed}; nothing is signed`);
}
