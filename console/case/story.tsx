import type { StoryView } from "../../gateway/http/cases.ts";
import { Value } from "../said.tsx";

/** The case as sentences. Waits for people are one line; what is behind a sentence is folded. */
export function Story({ story }: { readonly story: StoryView }) {
  return (
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
  );
}
