import { useState } from "preact/hooks";
import { ask } from "./api.ts";
import { close, open, type Change } from "./dialogs.ts";
import { Ends } from "./ends.tsx";
import { said, trouble } from "./state.ts";
import { Words } from "./words.tsx";

/** What a change answers: a token where one was made for somebody. */
type Taken = { readonly token?: string | null };

/** Asks for a change with its reason; what refuses it is said where it was filled in. */
export function ChangeForm({ change }: { readonly change: Change }) {
  const [given, setGiven] = useState<{ readonly [name: string]: string }>({});
  const [reason, setReason] = useState("");
  const [isSending, setSending] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    trouble.value = "";
    const answer = await ask<Taken>(change.path, { json: change.body(given, reason) });
    setSending(false);
    if (answer.kind === "refused") {
      const { detail, errors } = answer.problem;
      trouble.value = `Not done: ${[detail, ...(errors ?? []).map((one) => `${one.pointer} ${one.detail}`)].join("; ")}`;
      return;
    }
    said.value = `Done: ${change.title}`;
    const { token } = answer.body;
    if (typeof token === "string") open({ kind: "token", token });
    else close();
    await change.after();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h2 id="dialog-title">{change.title}</h2>
      <p>{change.says}</p>
      {change.fields.map(({ name, label, optional }) => (
        <label key={name}>
          {label}
          <input
            required={optional !== true}
            value={given[name] ?? ""}
            onInput={(event) => setGiven({ ...given, [name]: event.currentTarget.value })}
          />
        </label>
      ))}
      <Words label="Why; it is recorded" value={reason} put={setReason} />
      {trouble.value !== "" && <p role="alert">{trouble.value}</p>}
      <Ends label="Cancel" go={change.go} isSending={isSending} />
    </form>
  );
}

/** A token that was just made: shown once, kept nowhere. */
export function Token({ token }: { readonly token: string }) {
  return (
    <>
      <h2 id="dialog-title">A token, shown only now</h2>
      <p>Give it to whom it is for; it counts once the change holds.</p>
      <p>
        <code class="value">{token}</code>
      </p>
      <Ends label="Close" />
    </>
  );
}
