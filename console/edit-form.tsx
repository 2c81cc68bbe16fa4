import { useEffect, useRef, useState } from "preact/hooks";
import type { EscalationShown } from "../gateway/http/escalations.ts";
import { ask, questionPath } from "./api.ts";
import { Ends } from "./ends.tsx";
import { close } from "./dialogs.ts";
import { send } from "./moves.ts";
import { Value } from "./said.tsx";
import { trouble } from "./state.ts";
import { Words } from "./words.tsx";

type Weighed = {
  readonly verdict: "execute" | "escalate" | "block";
  readonly reason: string;
  readonly counts: boolean;
  readonly asks: readonly string[];
};

/** The rules are asked once who types pauses. */
const PAUSE_MS = 250;

/** A form of the action's own schema; the rules say of each change what would come of it, before it is sent. */
export function EditForm({ view }: { readonly view: EscalationShown }) {
  const [values, setValues] = useState(Object.fromEntries(view.form.map(({ argument, value }) => [argument, value])));
  const [reason, setReason] = useState("");
  const [weighed, setWeighed] = useState<Weighed | string | null>(null);
  const [isSending, setSending] = useState(false);
  const args = changedArgs(view, values);
  const isChanged = Object.keys(args).length > 0;
  useWeighing(view, args, setWeighed);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSending || !isChanged) return;
    setSending(true);
    const answer = await send(view, "edit", { args, reason });
    setSending(false);
    if (answer.kind === "ok" || answer.problem.status !== 400) close();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h2 id="dialog-title">Put other values in its place</h2>
      <p>
        <Value text={view.ask} />
      </p>
      {view.form.map((field) => (
        <Field
          key={field.argument}
          field={field}
          value={values[field.argument] ?? ""}
          put={(value) => setValues({ ...values, [field.argument]: value })}
        />
      ))}
      <output class="weighed" aria-live="polite">
        {isChanged ? weighedText(weighed) : "Nothing is changed yet."}
      </output>
      <Words label="Why; it is recorded" value={reason} put={setReason} />
      {trouble.value !== "" && <p role="alert">{trouble.value}</p>}
      <Ends label="Cancel" go="Send the edit" isSending={isSending} isBarred={!isChanged || !isSendable(weighed)} />
    </form>
  );
}

function useWeighing(view: EscalationShown, args: object, tell: (weighed: Weighed | string | null) => void): void {
  const asked = useRef(0);
  const key = JSON.stringify(args);
  useEffect(() => {
    asked.current += 1;
    const own = asked.current;
    tell(null);
    if (key === "{}") return undefined;
    const pause = setTimeout(() => {
      const given = { json: { args: JSON.parse(key) as object }, version: view.version };
      void ask<Weighed>(questionPath(view.escalationId, "edit/preview"), given).then((answer) => {
        if (own !== asked.current) return;
        if (answer.kind === "ok") return tell(answer.body);
        const { detail, errors = [] } = answer.problem;
        tell(errors.map((error) => error.detail).join("; ") || detail);
      });
    }, PAUSE_MS);
    return () => clearTimeout(pause);
  }, [key, view.version]);
}

type FieldOf = EscalationShown["form"][number];

function Field({
  field,
  value,
  put,
}: {
  readonly field: FieldOf;
  readonly value: string;
  readonly put: (value: string) => void;
}) {
  const { name, kind, currency, choices } = field;
  if (kind === "choice" || kind === "yes-no") {
    return (
      <label>
        {name}
        <select value={value} onChange={(event) => put(event.currentTarget.value)}>
          {(kind === "choice" ? choices : ["true", "false"]).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <label>
      {name}
      {currency !== null && ` (${currency})`}
      <input
        value={value}
        inputMode={kind === "text" ? "text" : "decimal"}
        spellcheck={false}
        onInput={(event) => put(event.currentTarget.value)}
      />
    </label>
  );
}

/** What differs from what is asked, as it is sent: amounts with their currency, whole numbers as numbers. */
function changedArgs({ form }: EscalationShown, values: { readonly [argument: string]: string }) {
  const changed = form.filter(({ argument, value }) => (values[argument] ?? "").trim() !== value);
  return Object.fromEntries(
    changed.map((field) => [field.argument, sentAs(field, (values[field.argument] ?? "").trim())]),
  );
}

function sentAs({ kind, currency }: FieldOf, value: string): string | number | boolean {
  if (kind === "money" && currency !== null) {
    const amount = value.replaceAll(",", "");
    return amount.includes(currency) ? amount : `${amount} ${currency}`;
  }
  if (kind === "yes-no") return value === "true";
  return kind === "whole" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

function isSendable(weighed: Weighed | string | null): boolean {
  return weighed !== null && typeof weighed !== "string" && weighed.verdict !== "block";
}

function weighedText(weighed: Weighed | string | null): string {
  if (weighed === null) return "The rules are asked…";
  if (typeof weighed === "string") return `Cannot be read: ${weighed}`;
  const { verdict, reason, counts, asks } = weighed;
  if (verdict === "block") return `Blocked: ${reason}`;
  if (verdict === "execute") return `Passes: ${reason}. Your edit is all it needs.`;
  if (counts) return `Asks people: ${reason}. Your edit counts as your approval.`;
  return `Asks people: ${reason}. Beyond what you may approve: ${asks.join(", then ")} is asked.`;
}
