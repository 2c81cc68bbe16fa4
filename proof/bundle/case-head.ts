import { z } from "zod";
import type { Json } from "../../domain/json.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { NoteError } from "../log/note-error.ts";
import type { Signer, Verifier } from "../log/note-keys.ts";
import { openNote, signNote } from "../log/note.ts";

/** The first line of its text: no checkpoint's, whose first line is an origin and whose second a size. */
const TITLE = "mandate case head v1";

/**
 * How far a case had come under a checkpoint of its log: that it had so many records there, and no more. `root`: base64, the
 * checkpoint's. Inclusion proofs show what is in a tree, never what is not; here the log's own key says it.
 */
export type CaseHead = {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly caseId: string;
  readonly records: number;
};

const Told = z.strictObject({
  origin: z.string(),
  size: z.int().nonnegative(),
  root: z.string(),
  caseId: z.string(),
  records: z.int().nonnegative(),
}) satisfies z.ZodType<CaseHead>;

/** A C2SP signed note: a title, and the head as canonical JSON. */
export function writeCaseHead(head: CaseHead, signer: Signer): string {
  return signNote(`${TITLE}\n${canonicalJson(head)}\n`, [signer]);
}

/** A head that one of these keys signed. @throws NoteError for anything else. */
export function openCaseHead(note: string, keys: readonly Verifier[]): CaseHead {
  const { text } = openNote(note, keys);
  const [title, line = "", rest, ...more] = text.split("\n");
  const told = title === TITLE && rest === "" && more.length === 0 ? Told.safeParse(jsonOr(line)).data : undefined;
  if (told !== undefined && canonicalJson(told) === line) return told;
  throw new NoteError("malformed", "it is no head of a case");
}

function jsonOr(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
