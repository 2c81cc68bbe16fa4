import { useState } from "preact/hooks";
import type { CaseFile } from "../../gateway/http/cases.ts";
import type { DecisionToday } from "../../gateway/http/decision-today.ts";
import type { ExplanationView } from "../../gateway/http/history.ts";
import { Tree } from "../card.tsx";
import { caseView, lookAt } from "../place.ts";
import { Value } from "../said.tsx";
import { minute } from "../times.ts";
import { useRead } from "../use-read.ts";
import { whose } from "../whose.ts";
import { Beside } from "./beside.tsx";

/** Each decision of the case: what was read and whose word it was, which rule decided, what else would have come of it. */
export function Rules({ file }: { readonly file: CaseFile }) {
  const decisions = file.records.flatMap(({ n, body }) => {
    const { decisionId, policy } = body as { decisionId?: string; policy?: { id?: string } };
    return typeof decisionId === "string" && policy?.id !== undefined ? [{ n, decisionId, policy: policy.id }] : [];
  });
  const [first] = decisions;
  if (first === undefined) return <p class="quiet">Nothing was decided in this case.</p>;
  return (
    <>
      {decisions.map(({ n, decisionId, policy }) => (
        <details key={decisionId} class="rest" open={decisionId === first.decisionId}>
          <summary>
            Record {n}: {policy} <code>{decisionId}</code>
          </summary>
          <Decision decisionId={decisionId} />
        </details>
      ))}
      <Compare own={first.decisionId} />
    </>
  );
}

function Decision({ decisionId }: { readonly decisionId: string }) {
  const { body: told } = useRead<ExplanationView>(`/v1/decisions/${decisionId}/explanation`);
  if (told === null) return <p class="quiet">Loading…</p>;
  return (
    <>
      <p>
        <strong>{told.verdict}</strong> at {minute(told.at)} by {told.policy.id}{" "}
        <code>{told.policy.version.slice(0, 12)}</code>, mode {told.mode}.{" "}
        {told.agrees === true && "Its rules, asked again, say the same."}
        {told.agrees === false && <strong class="state-rejected">Its rules, asked again, say otherwise.</strong>}
      </p>
      <p>
        <Value text={told.sentence} />
      </p>
      {told.rules.map(({ id, effect, deciding, reason, tree }) => (
        <div key={id} class="rule">
          <p>
            <strong>{id}</strong> ({effect}
            {deciding ? ", decides" : ""}): <Value text={reason} />
          </p>
          <Tree lines={tree} />
        </div>
      ))}
      <Facts told={told} />
      {told.limits.map(({ id, text, admitted }) => (
        <p key={id} class={admitted ? "" : "state-rejected"}>
          Limit {id}: {text}
        </p>
      ))}
      {told.ways.map(({ verdict, changes, obstacles }) => (
        <p key={verdict}>
          To {verdict}:{" "}
          <Value text={changes === null ? obstacles.join("; ") : changes.map(({ text }) => text).join(" and ")} />
        </p>
      ))}
      <Today decisionId={decisionId} />
    </>
  );
}

/** Each value with whose word it is and which rules it counts in. */
function Facts({ told: { facts, params } }: { readonly told: ExplanationView }) {
  return (
    <table class="evidence">
      <thead>
        <tr>
          <th scope="col">read</th>
          <th scope="col">value</th>
          <th scope="col">from</th>
          <th scope="col">rules that read it</th>
        </tr>
      </thead>
      <tbody>
        {facts.map(({ name, shown, from, usedBy }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <Value text={shown} />
            </td>
            <td>{from === null ? "" : whose[from]}</td>
            <td>{usedBy.join(", ")}</td>
          </tr>
        ))}
        {params.map(({ name, shown, source }) => (
          <tr key={`param ${name}`}>
            <th scope="row">{name}</th>
            <td>{shown ?? "not set"}</td>
            <td>the policy, {source}</td>
            <td />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same request under what is in force now; asked for, since it runs rules. */
function Today({ decisionId }: { readonly decisionId: string }) {
  const [isAsked, ask] = useState(false);
  const { body } = useRead<DecisionToday>(isAsked ? `/v1/decisions/${decisionId}/today` : null);
  if (!isAsked)
    return (
      <p>
        <button type="button" onClick={() => ask(true)}>
          Replay under today's policy
        </button>
      </p>
    );
  return (
    <p role="status" class="weighed">
      {body === null ? "Replaying…" : todayText(body)}
    </p>
  );
}

function todayText({ decided, today, why }: DecisionToday): string {
  if (today === null) return `It cannot be replayed under today's policy: ${why ?? ""}`;
  const rules = today.rules.length === 0 ? "no rule matches" : today.rules.join(", ");
  const version = today.version === decided.version ? "the same version" : `version ${today.version.slice(0, 12)}`;
  return today.verdict === decided.verdict
    ? `Today as then: ${today.verdict} (${rules}; ${version})`
    : `Then ${decided.verdict}, today ${today.verdict} (${rules}; ${version})`;
}

function Compare({ own }: { readonly own: string }) {
  const { beside } = caseView.value;
  const [id, setId] = useState(beside);
  return (
    <section aria-label="Side by side">
      <h3>Beside another decision</h3>
      <form
        class="compare"
        onSubmit={(event) => {
          event.preventDefault();
          lookAt("rules", id.trim());
        }}
      >
        <label>
          Its id, its question's, or that of a case with one decision
          <input required value={id} onInput={(event) => setId(event.currentTarget.value)} />
        </label>
        <button type="submit">Compare</button>
      </form>
      {beside !== "" && <Beside own={own} other={beside} />}
    </section>
  );
}
