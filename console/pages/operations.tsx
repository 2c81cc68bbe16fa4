import type { StatusView } from "../../gateway/http/status.ts";
import { Link } from "../link.tsx";
import { decisionAt, questionAt } from "../place.ts";
import { Value } from "../said.tsx";
import { dueText, span } from "../times.ts";
import { useRead } from "../use-read.ts";

/** What is under way, and what of it needs somebody; the same that `mandate status` tells. */
export function Operations() {
  const { body: status, again } = useRead<StatusView>("/v1/status");
  if (status === null) return <p class="quiet">Loading…</p>;
  const needs = needsOf(status);
  return (
    <article class="card" aria-label="Operations">
      <h2>Operations</h2>
      <p class="quiet">
        as of {status.at.slice(0, 19).replace("T", " ")} UTC{" "}
        <button type="button" class="small" onClick={() => void again()}>
          Read anew
        </button>
      </p>
      <Figures status={status} />
      <section aria-label="What needs somebody">
        <h3>{needs.length === 0 ? "Nothing needs anybody but the open questions." : "What needs somebody"}</h3>
        <ul>
          {needs.map((text) => (
            <li key={text}>
              <Value text={text} />
            </li>
          ))}
        </ul>
      </section>
      <Stalled status={status} />
      <Ends status={status} />
    </article>
  );
}

function Figures({ status }: { readonly status: StatusView }) {
  const { cases, questions, events, quarantine, replies, agreements } = status;
  const figures: readonly (readonly [name: string, value: string])[] = [
    ["cases under way", cases === null ? "not known" : String(cases.open)],
    ["stalled", cases === null ? "not known" : String(cases.stalled)],
    ["questions open", String(questions.open)],
    ["past due", String(questions.overdue)],
    ["events unfinished", String(events.unfinished)],
    ["events held", String(quarantine.held)],
    ["replies awaited", String(replies.waiting)],
    ["agreements open", String(agreements.open)],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A line for each thing that does not go on by itself, with the command that lists it. */
export function needsOf(status: StatusView): readonly string[] {
  const { cases, questions, replies, agreements, events, ends, bounds, quarantine } = status;
  const some = (count: number, text: string) => (count > 0 ? [text] : []);
  return [
    ...(cases === null ? ["The durable engine does not answer: start it, or see its log."] : []),
    ...some(questions.overdue, `${questions.overdue} questions are past due.`),
    ...some(
      questions.outOfReach,
      `${questions.outOfReach} questions that nobody who is known can let pass: add somebody as ${questions.wantedRoles.join(" or ")}.`,
    ),
    ...some(replies.overdue, `${replies.overdue} replies are past their deadline and their cases do not run.`),
    ...some(agreements.ours, `${agreements.ours} agreements wait for this company's word: mandate agreements list`),
    ...some(quarantine.held, `${quarantine.held} events could not be taken: mandate events held`),
    ...some(ends.untold + (ends.broken ?? 0), `${ends.untold + (ends.broken ?? 0)} cases ended in silence.`),
    ...some(bounds.waiting, `${bounds.waiting} changes of budgets or switches wait for a second person.`),
    ...bounds.standing.map(({ name, person, reason }) => `${name} is set by ${person}: ${reason}`),
    ...bounds.spent.map(({ scope, measure }) => `The budget of ${scope} in ${measure} is nearly used up.`),
    ...(events.oldest !== null && Date.parse(status.at) - Date.parse(events.oldest.receivedAt) > 3_600_000
      ? [`The oldest unfinished event came ${span(Date.parse(status.at) - Date.parse(events.oldest.receivedAt))} ago.`]
      : []),
  ];
}

function Stalled({ status: { at, cases, questions } }: { readonly status: StatusView }) {
  return (
    <>
      {questions.oldest !== null && (
        <p>
          Asked longest ago:{" "}
          <Link path={questionAt(questions.oldest.escalationId)}>{questions.oldest.escalationId}</Link>, of{" "}
          {questions.oldest.role}, answer due {dueText(questions.oldest.dueAt, Date.parse(at))}
        </p>
      )}
      {cases !== null && cases.stalledCases.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">stalled case</th>
              <th scope="col">what does not succeed</th>
              <th scope="col">tried</th>
            </tr>
          </thead>
          <tbody>
            {cases.stalledCases.map(({ caseId, kind, activity, attempts, failure }) => (
              <tr key={caseId}>
                <td>
                  <Link path={decisionAt(caseId)}>{caseId}</Link>
                </td>
                <td>
                  {activity ?? kind} <Value text={failure ?? ""} />
                </td>
                <td>{attempts ?? ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Ends({ status: { ends } }: { readonly status: StatusView }) {
  if (ends.named.length === 0) return null;
  return (
    <section aria-label="Ended in silence">
      <h3>Ended in silence</h3>
      <ul>
        {ends.named.map(({ caseId, eventId, how, endedAt }) => (
          <li key={`${caseId} ${eventId}`}>
            <Link path={decisionAt(caseId)}>{caseId}</Link>:{" "}
            {how === "broken" ? "its case failed" : "nobody could be told on the record"}, {endedAt.slice(0, 16)} UTC
          </li>
        ))}
      </ul>
    </section>
  );
}
