import { parseCheckpoint, type Checkpoint } from "../../../audit/log/checkpoint.ts";
import { parseLogProof } from "../../../audit/log/log-proof.ts";
import { NoteError } from "../../../audit/log/note-error.ts";
import { parseNote } from "../../../audit/log/note.ts";

/** The checkpoint that a proof stands under, checked for nothing; undefined when the proof is none. */
export function checkpointOf(proof: string): Checkpoint | undefined {
  try {
    return parseCheckpoint(parseNote(parseLogProof(proof).checkpoint).text);
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}
