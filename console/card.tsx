import type { EscalationShown } from "../gateway/http/escalations.ts";
import { Actions } from "./actions.tsx";
import { Link } from "./link.tsx";
import { latestMove } from "./moves.ts";
import { decisionAt, questionAt } from "./place.ts";
import { RulerOf } from "./ruler.tsx";
import { Said, Value } from "./said.tsx";
import { me, presence } from "./state.ts";
import { dueText, minute, now, span } from "./times.ts";
import { whose } from "./whose.ts";

type Card = EscalationShown["card"];

/** A question as a person decides it in ten seconds: ask, how far it may go, why, evidence; then what else is known. */
export function CardOf({ view }: { readonly view: EscalationShown }) {
  const { card } = view;
  return (
    <article class="card" aria-labelledby="ask">
      <Head view={view} />
      <Stake card={card} />
      {card.ruler !== null && <RulerOf ruler={card.ruler} />}
      {card.wouldPass.map((text) => (
        <p key={text} class="would-pass">
          Would pass with <Value text={text} />
        </p>
      ))}
      <Actions view={view} />
      <Why card={card} />
      <Evidence card={card} />
      <Others card={card} />
      <Past card={card} />
      <Reply card={card} />
      <Lists card={card} />
      <section aria-label="Agents' words">
        <h3>Agents' words, which are no facts</h3>
        {card.words.noticed.map((text) => (
          <Said key={text} by="Noticed by code of what came in" text={text} />
        ))}
        {card.words.reasoning !== "" && <Said by="Stated by an agent" text={card.words.reasoning} />}
      </section>
      <Rest view={view} />
    </article>
  );
}

function Head({ view }: { readonly view: EscalationShown }) {
  const others = (presence.value[view.escalationId] ?? []).filter((id) => id !== me.value?.personId);
  return (
    <header>
      <h2 id="ask">
        <Value text={view.card.ask.sentence} />
      </h2>
      <p class="quiet">
        <StateOf view={view} />
      </p>
      {others.length > 0 && (
        <p class="presence">
          {others.join(", ")} {others.length === 1 ? "is" : "are"} looking at it too
        </p>
      )}
    </header>
  );
}

/** Where it stands. What expired was rejected by nobody. */
function StateOf({ view }: { readonly view: EscalationShown }) {
  const latest = latestMove(view);
  switch (view.state) {
    case "open":
      return (
        <>
          {view.role} answers {dueText(view.dueAt, now.value)}
          {view.workingLeftMs === null ? "" : ` (${span(view.workingLeftMs)} of working time)`}
          {view.assignee === null ? "" : `; left to ${view.assignee}`}
          {view.heldUntil === null ? "" : `; put off until ${minute(view.heldUntil)}`}
          {view.quorum > 1 ? `; ${view.quorum} people must approve` : ""}
        </>
      );
    case "info-requested":
      return <>Something was asked back; its clock stands still until {minute(view.untilAt ?? view.dueAt)} at most</>;
    case "committing":
      return (
        <>
          Approved; it counts from {minute(view.untilAt ?? view.dueAt)} on, unless it is undone before. {latest}
        </>
      );
    case "expired":
      return (
        <strong class="state-expired">
          Expired: nobody answered in time. Nobody rejected it, and nothing was done.
        </strong>
      );
    case "rejected":
      return <strong class="state-rejected">Rejected. {latest}</strong>;
    default:
      return (
        <strong>
          {view.state}. {latest}
        </strong>
      );
  }
}

function Stake({ card: { ask } }: { readonly card: Card }) {
  return (
    <dl class="stake">
      {ask.customer !== null && <Pair name="customer" value={ask.customer} />}
      {ask.product !== null && <Pair name="product" value={ask.product} />}
      {ask.money !== null && <Pair name={ask.money.what} value={ask.money.text} />}
    </dl>
  );
}

function Pair({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Value text={value} />
      </dd>
    </div>
  );
}

const truths = { true: "✓ holds", false: "✗ does not", unknown: "? not known" } as const;

/** A rule's condition node by node, with what was read. */
export function Tree({ lines }: { readonly lines: readonly Card["why"]["rules"][number]["tree"][number][] }) {
  return (
    <ul class="tree">
      {lines.map((line, nth) => (
        <li key={nth} class={`depth-${Math.min(line.depth, 5)} ${line.truth}`}>
          <span class="truth">{truths[line.truth]}</span> {line.text}
          {line.read !== null && (
            <>
              , read <Value text={line.read} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Why({ card: { why } }: { readonly card: Card }) {
  return (
    <section aria-label="Why it is here">
      <h3>Why it is here</h3>
      {why.rules.map(({ id, reason, tree }) => (
        <div key={id} class="rule">
          <p>
            <strong>{id}</strong>: <Value text={reason} />
          </p>
          <Tree lines={tree} />
        </div>
      ))}
      {why.missing.length > 0 && <p>Not known: {why.missing.join(", ")}</p>}
    </section>
  );
}

function Evidence({ card: { evidence } }: { readonly card: Card }) {
  return (
    <section aria-label="Evidence">
      <h3>Evidence</h3>
      <table class="evidence">
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">value</th>
            <th scope="col">from</th>
            <th scope="col">read</th>
          </tr>
        </thead>
        <tbody>
          {evidence.rows.map((row) => (
            <tr key={row.fact}>
              <th scope="row">{row.name}</th>
              <td>
                <Value text={row.value} />
              </td>
              <td>
                {row.from === null ? "" : whose[row.from]}
                {row.systems.length > 0 && ` (${row.systems.join(", ")})`}
              </td>
              <td class={row.freshness}>
                {row.ageMs === null ? "time not known" : `${span(row.ageMs)} ago`}
                {row.freshness === "old" && ", old"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {evidence.more > 0 && <p class="quiet">and {evidence.more} more, below</p>}
    </section>
  );
}

function Others({ card: { others } }: { readonly card: Card }) {
  return (
    <>
      {others.map(({ title, reasons, rows }) => (
        <section key={title} aria-label="Who else holds it">
          <h3>
            Who else holds it: <Value text={title} />
          </h3>
          {reasons.map((reason) => (
            <p key={reason}>
              <Value text={reason} />
            </p>
          ))}
          <table>
            <thead>
              <tr>
                <th scope="col">what</th>
                <th scope="col">asked</th>
                <th scope="col">there</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ name, asked, other }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>
                    <Value text={asked || "nothing"} />
                  </td>
                  <td>
                    <Value text={other || "nothing"} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </>
  );
}

function Past({ card: { recommendation, findings, precedents } }: { readonly card: Card }) {
  if (recommendation === null) return null;
  const { answer, reasons, agreement } = recommendation;
  return (
    <section aria-label="What past answers say">
      <h3>What past answers say, and decide nothing</h3>
      <p>
        <strong>{answer === null ? "Nothing is recommended" : `Recommended: ${answer}`}</strong>
        {agreement.of > 0 &&
          ` (people approved ${agreement.approved} and rejected ${agreement.rejected} of ${agreement.of})`}
      </p>
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>
            <Value text={reason} />
          </li>
        ))}
      </ul>
      {findings.length > 0 && (
        <ul class="findings" aria-label="What our ledgers say of it">
          {findings.map(({ code, statement, points, confidence, provenance, observedAt }) => (
            <li key={code}>
              <Value text={statement} />
              <span class="quiet">
                {" "}
                {points !== null && `points to ${points}: `}
                {confidence.text}; {whose[provenance]}, {minute(observedAt)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {precedents.length > 0 && (
        <ol class="precedents" aria-label="The last like it">
          {precedents.map(({ escalationId, at, answer: ended, failed, likenessPpm, text }) => (
            <li key={escalationId}>
              <Link path={questionAt(escalationId)}>{at.slice(0, 10)}</Link> {ended}
              {failed && ", could not be done"}, {Math.floor(likenessPpm / 10_000)} % alike: <Value text={text} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** What the partner would be written, where it is rejected; in the policy's words for partners. */
function Reply({ card: { reply } }: { readonly card: Card }) {
  if (reply === null) return null;
  return (
    <section aria-label="The reply to the partner">
      <h3>The reply to the partner, ready to send where it is rejected</h3>
      <Said by={reply.subject} text={reply.body} />
    </section>
  );
}

function Lists({ card: { room, reversible, silence, absent } }: { readonly card: Card }) {
  return (
    <dl class="more">
      {room.map(({ id, text, admitted }) => (
        <div key={id} class={admitted ? "" : "over"}>
          <dt>Limit {id}</dt>
          <dd>{text}</dd>
        </div>
      ))}
      <div>
        <dt>Can it be taken back</dt>
        <dd>{reversible.text}</dd>
      </div>
      {silence.length > 0 && (
        <div>
          <dt>If nobody answers</dt>
          <dd>
            {silence.map(({ at, text }) => (
              <span key={at} class="step">
                {minute(at)}: {text}
              </span>
            ))}
          </dd>
        </div>
      )}
      <div>
        <dt>Not on this card</dt>
        <dd>{absent.map(({ part, why }) => `${part}: ${why}`).join("; ")}</dd>
      </div>
    </dl>
  );
}

function Rest({ view }: { readonly view: EscalationShown }) {
  const facts = Object.entries(view.shownFacts);
  return (
    <details class="rest">
      <summary>Everything that was read, and what is bound</summary>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
        <Pair name="asked for by" value={view.requestedBy || "nobody by name"} />
        <Pair name="case" value={view.caseId} />
        <Pair name="digest of exactly this action" value={view.actionDigest} />
      </dl>
      <Link path={decisionAt(view.caseId)}>The whole case</Link>
    </details>
  );
}
