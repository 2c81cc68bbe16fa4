import type { EscalationShown } from "../gateway/http/escalations.ts";
import { open } from "./dialogs.ts";
import { send } from "./moves.ts";

type Move = keyof EscalationShown["may"];

const buttons: readonly {
  readonly move: Move;
  readonly label: string;
  readonly key: string;
  readonly kind?: string;
}[] = [
  { move: "approve", label: "Approve", key: "a", kind: "primary" },
  { move: "edit", label: "Edit", key: "e" },
  { move: "reject", label: "Reject", key: "r", kind: "danger" },
  { move: "ask", label: "Ask back", key: "i" },
  { move: "answer", label: "Answer", key: "i" },
  { move: "take", label: "Take", key: "t" },
  { move: "delegate", label: "Delegate", key: "g" },
  { move: "hold", label: "Put off", key: "s" },
  { move: "undo", label: "Undo", key: "z" },
  { move: "withdraw", label: "Withdraw", key: "" },
];

const usual: ReadonlySet<Move> = new Set(["approve", "edit", "reject", "ask", "take", "delegate", "hold"]);

/** Moves that are not for this moment: an answer where nothing was asked, an undo where nothing is left to undo. */
function isShown(view: EscalationShown, move: Move): boolean {
  if (move === "answer") return view.state === "info-requested";
  if (move === "undo") return view.state === "committing";
  if (move === "ask" && view.state === "info-requested") return false;
  if (move === "withdraw") return view.may.withdraw === null;
  return usual.has(move) && ["open", "info-requested"].includes(view.state);
}

/** What may be done; what may not says why, and can still be reached by key and read out. */
export function Actions({ view }: { readonly view: EscalationShown }) {
  const offered = buttons.filter(({ move }) => isShown(view, move));
  const refused = offered.flatMap(({ move, label }) =>
    view.may[move] === null ? [] : [{ label, why: view.may[move] }],
  );
  const whys = [...new Set(refused.map(({ why }) => why))];
  if (offered.length === 0) return null;
  return (
    <div class="actions" role="group" aria-label="What you can do">
      {offered.map(({ move, label, key, kind }) => {
        const why = reasonNot(view, move);
        return (
          <button
            key={move}
            type="button"
            class={kind ?? ""}
            aria-disabled={why !== null}
            aria-keyshortcuts={key}
            aria-describedby={why === null ? undefined : "why-not"}
            title={why ?? undefined}
            onClick={() => start(view, move)}
          >
            {label}
            {key !== "" && <kbd>{key}</kbd>}
          </button>
        );
      })}
      {whys.length > 0 && (
        <p id="why-not" class="why-not">
          {whys.map((why) => (
            <span key={why}>
              {refused
                .filter((one) => one.why === why)
                .map(({ label }) => label)
                .join(", ")}
              : {why}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

/** Why a move may not be made, or null. */
export function reasonNot(view: EscalationShown, move: Move): string | null {
  if (move === "edit" && view.may.edit === null && view.form.length === 0) return "nothing of it may be edited";
  return view.may[move];
}

/** Begins a move: at once where it needs no words, else in a dialog. One that may not be made says why. */
export function start(view: EscalationShown, move: Move): void {
  const why = reasonNot(view, move);
  if (why !== null) return open({ kind: "not", why });
  if (move === "take") return void send(view, "take", {});
  open({ kind: "move", move, view });
}
