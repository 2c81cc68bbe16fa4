import { useState } from "preact/hooks";
import type { CaseFile } from "../../gateway/http/cases.ts";
import { said } from "../state.ts";

type Filed = CaseFile["records"][number];

/** Of a longer text the beginning is drawn, with how long all of it is. */
const MOST = 4_000;

/** Each record as it is kept and hashed. What was erased is said to be so, not left out. */
export function Raw({ file }: { readonly file: CaseFile }) {
  return (
    <>
      {file.records.map((record) => (
        <details key={record.n} class="raw">
          <summary>
            {record.n} {record.kind.replaceAll("_", " ")} <code>{record.digest.slice(0, 12)}</code>
            {record.erased !== null && <strong class="state-expired"> partly erased</strong>}
          </summary>
          <Record record={record} />
        </details>
      ))}
    </>
  );
}

function Record({ record }: { readonly record: Filed }) {
  const { digest, parents, log, seq, erased, body, envelope } = record;
  return (
    <dl class="facts">
      <Row name="hash of its leaf (SHA-256 over RFC 8785 JSON)" text={digest} />
      <Row name="rests on" text={parents.join(" ") || "nothing"} />
      <Row name="log and place" text={`${log}, ${seq === null ? "waits for the next checkpoint" : String(seq)}`} />
      {erased !== null && <Row name="erased by the record" text={erased} />}
      <Row name="body" text={JSON.stringify(body, null, 2)} />
      <Row name="leaf" text={JSON.stringify(envelope, null, 2)} />
    </dl>
  );
}

function Row({ name, text }: { readonly name: string; readonly text: string }) {
  const [whole, setWhole] = useState(false);
  const isLong = text.length > MOST;
  return (
    <div>
      <dt>
        {name}{" "}
        <button type="button" class="small" onClick={() => void copy(name, text)}>
          Copy
        </button>
      </dt>
      <dd>
        <pre tabIndex={0}>{isLong && !whole ? `${text.slice(0, MOST)}…` : text}</pre>
        {isLong && !whole && (
          <button type="button" class="small" onClick={() => setWhole(true)}>
            All {text.length} characters
          </button>
        )}
      </dd>
    </div>
  );
}

async function copy(name: string, text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  said.value = `Copied: ${name}`;
}
