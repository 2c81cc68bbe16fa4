import { join } from "node:path";
import { ensureFolder } from "../../engines/home-folder.ts";
import { acquireLock } from "../../engines/lock.ts";
import { appendCheckpoint, checkpointFileOf, lastCheckpoint } from "./checkpoint-file.ts";
import { extendsHead } from "./fork.ts";
import { ahead, forked, SinkError, type CheckpointSink, type Outgoing } from "./sink.ts";

/** Where the file sink of an installation keeps its files. */
export function checkpointFolderOf(home: string): string {
  return join(home, "checkpoints");
}

/**
 * Keeps every checkpoint in a file per log, which only grows. It refuses what does not extend its last entry: a database
 * that was rewritten or put back. Processes that share the folder take turns. `now`: ISO 8601.
 */
export function fileSink(folder: string, now: () => string): CheckpointSink {
  const name = "the checkpoint file";
  return {
    name,
    head: (log, vkey) => lastCheckpoint(checkpointFileOf(folder, log), vkey),
    async publish(checkpoint) {
      ensureFolder(folder, 0o700);
      const lock = await acquireLock(folder, now());
      if (lock.kind === "busy") throw new SinkError("SINK_BUSY", `process ${lock.pid} writes to ${folder}`);
      try {
        await extend(name, checkpointFileOf(folder, checkpoint.log), checkpoint);
      } finally {
        lock.release();
      }
    },
  };
}

async function extend(name: string, path: string, checkpoint: Outgoing): Promise<void> {
  const { size, note, vkey } = checkpoint;
  const last = lastCheckpoint(path, vkey);
  if (last !== undefined) {
    if (last.size > size) throw ahead(name, checkpoint, last.size);
    if (!(await extendsHead(checkpoint, last))) {
      throw forked(name, checkpoint, `it does not extend the ${last.size} leaves last published`);
    }
    if (last.size === size) return;
  }
  appendCheckpoint(path, size, note);
}
