import { useState } from "preact/hooks";
import type { CaseTurns } from "../../gateway/http/case-turns.ts";
import type { CaseFile, StoryView } from "../../gateway/http/cases.ts";
import { Value } from "../said.tsx";
import { span } from "../times.ts";
import { narrowSteps, stepsOf, type StepRecord } from "./steps-of.ts";

type Props = { readonly file: CaseFile; readonly story: StoryView; readonly turns: CaseTurns };

/** The case step by step: what each record rests on, how long it took, what it cost. */
export function Steps({ file, story, turns }: Props) {
  const [text, setText] = useState("");
  const [plumbing, setPlumbing] = useState(false);
  const groups = narrowSteps(stepsOf(file, story, turns), { text, plumbing });
  const { inputTokens, outputTokens, costMicroUsd } = turns.totals;
  return (
    <>
      <p class="filters">
        <label>
          <span class="hidden">Search the steps</span>
          <input
            type="search"
            placeholder="Search the steps"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <label class="choice">
          <input type="checkbox" checked={plumbing} onChange={(event) => setPlumbing(event.currentTarget.checked)} />
          turns and intents too
        </label>
      </p>
      <p class="quiet">
        Models: {inputTokens} tokens in, {outputTokens} out
        {costMicroUsd === null ? ", price not known" : `, ${dollars(costMicroUsd)} USD`}
      </p>
      {groups.length === 0 && <p class="quiet">No step has these words.</p>}
      {groups.map(({ title, tookMs, records }) => (
        <section key={title} aria-label={title}>
          <h3>
            <Value text={title} /> <span class="quiet">{span(tookMs)}</span>
          </h3>
          <ol class="steps">
            {records.map((record) => (
              <Step key={record.n} record={record} />
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

function Step({ record }: { readonly record: StepRecord }) {
  const { n, kind, who, text, sinceMs, restsOn, seq, costMicroUsd } = record;
  return (
    <li id={`record-${n}`}>
      <span class="step-n">{n}</span>
      <div>
        <strong>{kind.replaceAll("_", " ")}</strong> {who !== "" && <span class="quiet">{who}</span>}{" "}
        <Value text={text} />
        <span class="row-facts">
          <span>{sinceMs < 1_000 ? `${sinceMs} ms` : span(sinceMs)} later</span>
          {restsOn.length > 0 && <span>rests on {restsOn.join(", ")}</span>}
          <span>{seq === null ? "waits for its place in the log" : `place ${seq} in the log`}</span>
          {costMicroUsd !== null && costMicroUsd > 0 && <span>{dollars(costMicroUsd)} USD</span>}
        </span>
      </div>
    </li>
  );
}

/** Millionths of a dollar, written out to the last that counts: `0.0125`. */
function dollars(micro: number): string {
  const digits = String(micro).padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6).replace(/0{1,4}$/, "")}`;
}
