import { useEffect } from "preact/hooks";
import { ask, questionPath } from "./api.ts";
import { Value } from "./said.tsx";
import { readList, readShown, said, trouble, undoable } from "./state.ts";
import { now } from "./times.ts";

/** What was approved last, for as long as it may be taken back, with how long that is. */
export function Undo() {
  const one = undoable.value;
  const left = one === null ? 0 : Math.ceil((Date.parse(one.until) - now.value) / 1_000);
  useEffect(() => {
    if (one !== null && left <= 0) undoable.value = null;
  }, [one, left]);
  if (one === null || left <= 0) return null;
  return (
    <div class="toast">
      <span>
        Approved: <Value text={one.ask} />
      </span>
      <button type="button" aria-keyshortcuts="z" onClick={() => void undoNow()}>
        Undo ({left} s)<kbd>z</kbd>
      </button>
    </div>
  );
}

/** Takes the last approval back, as its version stands now. */
export async function undoNow(): Promise<void> {
  const one = undoable.value;
  if (one === null) return;
  undoable.value = null;
  const answer = await ask(questionPath(one.escalationId, "undo"), { json: { reason: "undone in the console" } });
  if (answer.kind === "ok") said.value = `Taken back: ${one.ask}`;
  else trouble.value = `Not undone: ${answer.problem.detail}`;
  await Promise.all([readList(), readShown(one.escalationId)]);
}
