import type { CaseTurns } from "../../gateway/http/case-turns.ts";
import type { CaseFile, StoryView } from "../../gateway/http/cases.ts";
import { caseView, caseViews, lookAt, type CaseView } from "../place.ts";
import { Value } from "../said.tsx";
import { trouble } from "../state.ts";
import { useRead } from "../use-read.ts";
import { saveBundle } from "./bundle.ts";
import { Raw } from "./raw.tsx";
import { Rules } from "./rules.tsx";
import { Steps } from "./steps.tsx";
import { Story } from "./story.tsx";

const titles: { readonly [view in CaseView]: string } = {
  story: "Story",
  steps: "Steps",
  rules: "Rules",
  raw: "Raw",
};

/** A case from its records alone: as sentences, as steps that rest on each other, by its rules, and as it is kept. */
export function CasePage({ caseId }: { readonly caseId: string }) {
  const at = `/v1/cases/${encodeURIComponent(caseId)}`;
  const { body: file } = useRead<CaseFile>(`${at}/file`);
  const { body: story } = useRead<StoryView>(`${at}/story`);
  const { body: turns } = useRead<CaseTurns>(`${at}/turns`);
  const { view } = caseView.value;
  if (file === null || story === null || turns === null)
    return <p class="quiet">{trouble.value === "" ? "Loading…" : ""}</p>;
  return (
    <article class="card" aria-label="The whole case">
      <h2>
        The whole case <Value text={story.caseId} />
      </h2>
      <Proof file={file} />
      <div class="tabs" role="tablist" aria-label="How near">
        {caseViews.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`tab-${one}`}
            aria-selected={one === view}
            aria-controls="case-view"
            onClick={() => lookAt(one)}
          >
            {titles[one]}
          </button>
        ))}
      </div>
      <div id="case-view" role="tabpanel" aria-labelledby={`tab-${view}`}>
        {view === "story" && <Story story={story} />}
        {view === "steps" && <Steps file={file} story={story} turns={turns} />}
        {view === "rules" && <Rules file={file} />}
        {view === "raw" && <Raw file={file} />}
      </div>
    </article>
  );
}

/** What the server itself finds of the records, how far they are signed, and how somebody checks it without us. */
function Proof({ file }: { readonly file: CaseFile }) {
  const { records, intact, caseId } = file;
  const placed = records.filter(({ proof }) => proof !== null).length;
  return (
    <div class="proof">
      <p>
        <span class={intact ? "badge whole" : "badge broken"}>
          {intact ? "✓ records hold" : "✗ records do not hold"}
        </span>{" "}
        {intact
          ? `${records.length} records, numbered without a gap, every digest holds; ${placed} stand under a signed checkpoint.`
          : "A hash, a digest or the numbering does not hold: nothing below counts as proved."}
      </p>
      <p>
        <button type="button" onClick={() => void saveBundle(caseId)}>
          Save what proves it
        </button>{" "}
        <span class="quiet">
          A folder in a zip file. Anybody checks it without us: <code>npx mandate audit verify case</code>
        </span>
      </p>
    </div>
  );
}
