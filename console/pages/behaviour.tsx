import type { ReleaseBehaviour } from "../../gateway/http/release-behaviour.ts";
import { Link } from "../link.tsx";
import { decisionAt, questionAt } from "../place.ts";
import { Value } from "../said.tsx";

type Turn = ReleaseBehaviour["policies"][number];
type Simulated = NonNullable<Turn["recent"]>["simulation"];

const verdicts = ["execute", "escalate", "block"] as const;

/** What a release changes: the requests that come to be decided otherwise, and what that would have made of recent history. */
export function Behaviour({ behaviour: { policies } }: { readonly behaviour: ReleaseBehaviour }) {
  if (policies.length === 0) return <p>No policy becomes another one.</p>;
  return (
    <>
      {policies.map((turn) => (
        <section key={turn.policy} aria-label={turn.policy}>
          <h4>
            {turn.policy}
            {turn.from === null && ", new"}
            {turn.to === null && ", removed"}
          </h4>
          <Regions turn={turn} />
          {turn.recent !== null && <Recent simulation={turn.recent.simulation} flips={turn.recent.flips} />}
        </section>
      ))}
    </>
  );
}

function Regions({ turn: { diff, undecided } }: { readonly turn: Turn }) {
  if (diff === null) return null;
  return (
    <ul>
      {diff.equal && <li>No request is decided otherwise.</li>}
      {diff.changes.map(({ direction, where, from, to }) => (
        <li key={`${where} ${from.verdict} ${to.verdict}`}>
          <strong class={direction === "loosening" ? "state-rejected" : ""}>{direction}</strong>: {from.verdict} becomes{" "}
          {to.verdict} where <Value text={where} />
        </li>
      ))}
      {[...diff.more, ...undecided].map((text) => (
        <li key={text}>
          <Value text={text} />
        </li>
      ))}
    </ul>
  );
}

/** The flip matrix: rows what was decided, columns what would be; then the money, and what waits now. */
function Recent({ simulation, flips }: { readonly simulation: Simulated; readonly flips: number }) {
  const { replayed, matrix, money, pending, flips: listed } = simulation;
  return (
    <>
      <table class="flips">
        <caption>{replayed} recent decisions replayed: as decided, and as they would be</caption>
        <thead>
          <tr>
            <th scope="col">then</th>
            {verdicts.map((to) => (
              <th key={to} scope="col">
                would {to}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {verdicts.map((from, row) => (
            <tr key={from}>
              <th scope="row">{from}</th>
              {verdicts.map((to, column) => (
                <td key={to} class={row === column ? "quiet" : column < row ? "looser" : "tighter"}>
                  {matrix[from][to]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {money.map(({ text }) => (
        <p key={text}>{text}</p>
      ))}
      {pending.length > 0 && (
        <p>
          Open now:{" "}
          {pending.map(({ escalationId, to }, nth) => (
            <span key={escalationId}>
              {nth > 0 && ", "}
              <Link path={questionAt(escalationId)}>{escalationId}</Link> would {to}
            </span>
          ))}
        </p>
      )}
      {listed.length > 0 && (
        <details>
          <summary>
            {flips} would come out otherwise{flips > listed.length && `; the weightiest ${listed.length}`}
          </summary>
          <ul>
            {listed.map(({ decisionId, caseId, from, to, subject }) => (
              <li key={decisionId}>
                <Link path={decisionAt(caseId)}>{subject ?? caseId}</Link>: {from} becomes {to}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
