import { parseCheckpoint, type Checkpoint } from "../log/checkpoint.ts";
import { parseLogProof } from "../log/log-proof.ts";
import { NoteError } from "../log/note-error.ts";
import { parseNote } from "../log/note.ts";

/** The checkpoint that a proof stands under, checked for nothing; undefined when the proof is none. */
export function checkpointOf(proof: string): Checkpoint | undefined {
  try {
    return parseCheckpoint(parseNote(parseLogProof(proof).checkpoint).text);
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}
