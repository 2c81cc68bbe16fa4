import { useEffect, useState } from "preact/hooks";
import type { StoryView } from "../gateway/http/cases.ts";
import { ask } from "./api.ts";
import { Value } from "./said.tsx";
import { trouble } from "./state.ts";

/** A case as it went, told from its records alone. Waits for people are one line; what is behind a sentence is folded. */
export function Timeline({ caseId }: { readonly caseId: string }) {
  const [story, setStory] = useState<StoryView | null>(null);
  useEffect(() => {
    setStory(null);
    void ask<StoryView>(`/v1/cases/${encodeURIComponent(caseId)}/story`).then((answer) => {
      if (answer.kind === "ok") setStory(answer.body);
      else trouble.value = answer.problem.detail;
    });
  }, [caseId]);
  if (story === null) return <p class="quiet">{trouble.value === "" ? "Loading…" : ""}</p>;
  return (
    <article class="card" aria-label="The whole case">
      <h2>
        The whole case <Value text={story.caseId} />
      </h2>
      <p class="quiet">
        {story.intact
          ? "Told from its records, which fit together. Proofs that anybody can check: "
          : "The records do not fit together. See what is wrong: "}
        <code>npx mandate audit show {story.caseId} --steps</code>
      </p>
      <ol class="story">
        {story.lines.map((line, nth) => (
          <li key={nth} class={line.kind === "wait" ? "wait" : ""}>
            <time dateTime={line.at}>{line.at.slice(0, 19).replace("T", " ")}</time>
            <div>
              {line.who !== "" && <strong>{line.who}</strong>} <Value text={line.text} />
              {line.because.length > 0 && (
                <details>
                  <summary>why</summary>
                  <ul>
                    {line.because.map((reason) => (
                      <li key={reason}>
                        <Value text={reason} />
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </div>
          </li>
        ))}
      </ol>
    </article>
  );
}
