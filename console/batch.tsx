import { useState } from "preact/hooks";
import type { EscalationView } from "../gateway/http/escalations.ts";
import { ask, questionPath } from "./api.ts";
import { Ends } from "./ends.tsx";
import { outliers, totalText } from "./money.ts";
import { Value } from "./said.tsx";
import { answeredAt, picked, readList, said } from "./state.ts";
import { Words } from "./words.tsx";

/** Answered in one go, at most. */
const MOST = 50;

type Outcome = { readonly escalationId: string; readonly text: string };

/** Several questions, one reason, an answer and a record of its own for each; what stands out is left out until it is ticked. */
export function Batch({ title, views }: { readonly title: string; readonly views: readonly EscalationView[] }) {
  const odd = outliers(views);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(
    new Set(views.slice(0, MOST).flatMap(({ escalationId }) => (odd.has(escalationId) ? [] : [escalationId]))),
  );
  const [reason, setReason] = useState("");
  const [outcomes, setOutcomes] = useState<readonly Outcome[] | null>(null);
  const [isSending, setSending] = useState(false);
  const chosen = views.filter(({ escalationId }) => ticked.has(escalationId));
  const total = totalText(chosen);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSending || chosen.length === 0) return;
    setSending(true);
    setOutcomes(await approveEach(chosen, reason));
    setSending(false);
    picked.value = new Set();
    await readList();
  };
  if (outcomes !== null) return <Outcomes outcomes={outcomes} views={views} />;
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h2 id="dialog-title">{title}</h2>
      <ul class="batch">
        {views.map(({ escalationId, ask: sentence, about }) => (
          <li key={escalationId}>
            <label class="choice">
              <input
                type="checkbox"
                checked={ticked.has(escalationId)}
                onChange={() => setTicked(toggled(ticked, escalationId))}
              />
              <span>
                <Value text={sentence} /> {about.money !== null && <strong>{about.money.text}</strong>}
                {odd.has(escalationId) && <em> stands out: more than twice the middle one</em>}
              </span>
            </label>
          </li>
        ))}
      </ul>
      <Words label="Why; it is recorded with each" value={reason} put={setReason} />
      <Ends
        label="Cancel"
        go={`Approve ${chosen.length}${total === "" ? "" : ` (${total})`}, leave ${views.length - chosen.length}`}
        isSending={isSending}
        isBarred={chosen.length === 0 || chosen.length > MOST}
      />
    </form>
  );
}

function toggled(all: ReadonlySet<string>, one: string): ReadonlySet<string> {
  const next = new Set(all);
  if (!next.delete(one)) next.add(one);
  return next;
}

/** One after the other, each as it was shown: one that moved meanwhile is refused, and holds up none of the others. */
async function approveEach(views: readonly EscalationView[], reason: string): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { escalationId, version, actionDigest } of views) {
    const answer = await ask(questionPath(escalationId, "approve"), { json: { actionDigest, reason }, version });
    outcomes.push({ escalationId, text: answer.kind === "ok" ? "approved" : `not done: ${answer.problem.detail}` });
    if (answer.kind === "ok") answeredAt.value = [...answeredAt.value, Date.now()];
  }
  const done = outcomes.filter(({ text }) => text === "approved").length;
  said.value = `${done} of ${outcomes.length} approved.`;
  return outcomes;
}

function Outcomes({
  outcomes,
  views,
}: {
  readonly outcomes: readonly Outcome[];
  readonly views: readonly EscalationView[];
}) {
  return (
    <>
      <h2 id="dialog-title">What came of each</h2>
      <ul class="batch">
        {outcomes.map(({ escalationId, text }) => (
          <li key={escalationId}>
            <Value text={views.find((one) => one.escalationId === escalationId)?.ask ?? escalationId} />:{" "}
            <strong>{text}</strong>
          </li>
        ))}
      </ul>
      <Ends label="Close" />
    </>
  );
}
