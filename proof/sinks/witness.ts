import { cosignatureVerifierOf } from "../log/cosignature.ts";
import { cosignedSize, keepCosignature } from "../log/cosignature-store.ts";
import type { Sql } from "../../audit/records.ts";
import { submitCheckpoint, type WitnessAddress } from "../witness/client.ts";
import { ahead, forked, SinkError, type CheckpointSink, type Outgoing } from "./sink.ts";

/** A witness that does not know what we remember of it tells its size; then one more try tells. */
const ATTEMPTS = 3;
const UNPROCESSABLE = 422;

/**
 * Has every checkpoint cosigned by a witness, and keeps its cosignatures. What the witness holds is known from the last
 * one kept, or from its own word. Throws `NoteError` for a `vkey` that is none.
 */
export function witnessSink(sql: Sql, witness: WitnessAddress): CheckpointSink {
  const key = cosignatureVerifierOf(witness.vkey).name;
  const name = `witness ${key}`;
  return {
    name,
    async confirm(checkpoint) {
      // Proved from its own size: a witness that holds less says so, and cosigns nothing.
      const { size, note } = checkpoint;
      const answer = await submitCheckpoint(witness, { oldSize: size, proof: [], checkpoint: note });
      if (answer.kind === "conflict" && answer.size > size) throw ahead(name, checkpoint, answer.size);
      if (answer.kind === "refused" && answer.status === UNPROCESSABLE) throw forked(name, checkpoint, answer.reason);
    },
    async publish(checkpoint) {
      const { company, log, size } = checkpoint;
      const held = await cosignedSize(sql, { company, log, witness: key });
      if (held === size) return;
      const { lines, unixSeconds } = await cosignatures(name, witness, checkpoint, held);
      const signedAt = new Date(unixSeconds * 1_000).toISOString();
      await keepCosignature(sql, { company, log, size, witness: key, line: lines.join(""), signedAt });
    },
  };
}

async function cosignatures(name: string, witness: WitnessAddress, checkpoint: Outgoing, held: number) {
  let oldSize = held;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (oldSize > checkpoint.size) throw ahead(name, checkpoint, oldSize);
    const proof = await checkpoint.proofFrom(oldSize);
    const answer = await submitCheckpoint(witness, { oldSize, proof, checkpoint: checkpoint.note });
    if (answer.kind === "cosigned") return answer;
    if (answer.kind === "refused") {
      if (answer.status === UNPROCESSABLE) throw forked(name, checkpoint, answer.reason);
      throw new SinkError("SINK_REFUSED", `${name} refuses ${checkpoint.origin}: ${answer.status} ${answer.reason}`);
    }
    oldSize = answer.size;
  }
  throw new SinkError(
    "SINK_BUSY",
    `${name} holds ${oldSize} leaves of ${checkpoint.origin}, and says otherwise each time`,
  );
}
