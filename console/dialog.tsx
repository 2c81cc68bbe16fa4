import { useEffect, useRef, useState } from "preact/hooks";
import { rejectReasons, type RejectCode } from "../domain/reject-reasons.ts";
import type { EscalationShown } from "../gateway/http/escalations.ts";
import { Batch } from "./batch.tsx";
import { ChangeForm, Token } from "./change-form.tsx";
import { close, dialog, type Dialog } from "./dialogs.ts";
import { EditForm } from "./edit-form.tsx";
import { Ends } from "./ends.tsx";
import { Keys } from "./keys-sheet.tsx";
import { send } from "./moves.ts";
import { Value } from "./said.tsx";
import { trouble } from "./state.ts";
import { Words } from "./words.tsx";

/** The one dialog. The browser keeps the focus in it, closes it on Escape, and gives the focus back. */
export function DialogHost() {
  const ref = useRef<HTMLDialogElement>(null);
  const one = dialog.value;
  useEffect(() => {
    if (one !== null && ref.current?.open === false) ref.current.showModal();
    if (one === null && ref.current?.open === true) ref.current.close();
  }, [one]);
  return (
    <dialog ref={ref} onClose={close} aria-labelledby="dialog-title">
      {one !== null && <Inside one={one} />}
    </dialog>
  );
}

function Inside({ one }: { readonly one: Dialog }) {
  switch (one.kind) {
    case "keys":
      return <Keys />;
    case "not":
      return (
        <>
          <h2 id="dialog-title">Not now</h2>
          <p>{one.why}</p>
          <Ends label="Close" />
        </>
      );
    case "change":
      return <ChangeForm change={one.change} />;
    case "token":
      return <Token token={one.token} />;
    case "batch":
      return <Batch title={one.title} views={one.views} />;
    case "move":
      return one.move === "edit" ? <EditForm view={one.view} /> : <MoveForm view={one.view} move={one.move} />;
  }
}

/** How each move is asked for: its title, the field of its words as the route names it, and what the button says. */
const forms: {
  readonly [move: string]: {
    readonly title: string;
    readonly field: string;
    readonly words: string;
    readonly go: string;
  };
} = {
  approve: { title: "Approve", field: "reason", words: "Why; it is recorded", go: "Approve" },
  reject: { title: "Reject", field: "reason", words: "In your words; partner and agents are told", go: "Reject" },
  ask: {
    title: "Ask something back",
    field: "question",
    words: "What you want to know; the clock stands still",
    go: "Ask",
  },
  answer: {
    title: "Say what was asked back",
    field: "answer",
    words: "Your answer; the question goes on",
    go: "Answer",
  },
  delegate: { title: "Leave it to somebody", field: "reason", words: "Why; it is recorded", go: "Delegate" },
  hold: { title: "Put it off", field: "until", words: "Until when (UTC), not beyond its deadline", go: "Put off" },
  undo: { title: "Undo the approval", field: "reason", words: "Why; it is recorded", go: "Undo" },
  withdraw: { title: "Withdraw your question", field: "reason", words: "Why; it is recorded", go: "Withdraw" },
};

type MoveName = keyof EscalationShown["may"];

function MoveForm({ view, move }: { readonly view: EscalationShown; readonly move: MoveName }) {
  const [words, setWords] = useState("");
  const [code, setCode] = useState<RejectCode>("price");
  const [to, setTo] = useState("");
  const [isSending, setSending] = useState(false);
  const form = forms[move];
  if (form === undefined) return null;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    const answer = await send(view, move, bodyOf(view, { move, field: form.field, words, code, to }));
    setSending(false);
    if (answer.kind === "ok" || answer.problem.status !== 400) close();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h2 id="dialog-title">{form.title}</h2>
      <p>
        <Value text={view.ask} />
      </p>
      {move === "reject" && <Codes code={code} choose={setCode} />}
      {move === "delegate" && (
        <label>
          To whom (their id)
          <input value={to} required onInput={(event) => setTo(event.currentTarget.value)} />
        </label>
      )}
      {move === "hold" ? (
        <label>
          {form.words}
          <input
            type="datetime-local"
            required
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
      ) : (
        <Words label={form.words} value={words} put={setWords} />
      )}
      {trouble.value !== "" && <p role="alert">{trouble.value}</p>}
      <Ends label="Cancel" go={form.go} isSending={isSending} />
    </form>
  );
}

type Filled = {
  readonly move: MoveName;
  readonly field: string;
  readonly words: string;
  readonly code: RejectCode;
  readonly to: string;
};

function bodyOf({ actionDigest }: EscalationShown, { move, field, words, code, to }: Filled): object {
  const said = { [field]: move === "hold" ? `${words}:00Z` : words };
  if (move === "approve") return { ...said, actionDigest };
  if (move === "reject") return { ...said, actionDigest, code };
  return move === "delegate" ? { ...said, to } : said;
}

function Codes({ code, choose }: { readonly code: RejectCode; readonly choose: (code: RejectCode) => void }) {
  return (
    <fieldset>
      <legend>Reason</legend>
      {(Object.entries(rejectReasons) as [RejectCode, string][]).map(([one, text]) => (
        <label key={one} class="choice">
          <input type="radio" name="code" checked={one === code} onChange={() => choose(one)} /> {text}
        </label>
      ))}
    </fieldset>
  );
}
