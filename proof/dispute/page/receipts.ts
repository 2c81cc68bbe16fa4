import type { Dispute } from "../dispute.ts";
import type { CheckpointTold } from "../receipts.ts";
import { markup, type Html } from "./markup.ts";
import { cite, code, note, table } from "./parts.ts";
import type { Section } from "./section.ts";

export function receiptsSection({ receipts, intact }: Dispute): Section {
  const { rows, checkpoints, signed } = receipts;
  const holds = intact
    ? note(
        "plain",
        "When this file was made, every record hashed to its leaf and the numbering of the case had no gap.",
      )
    : note("warning", "THE RECORDS DO NOT HOLD: a hash, a digest or the numbering of the case is wrong.");
  const places = table(
    "Leaf hashes of the records behind this page",
    [{ header: "Record" }, { header: "Leaf hash (SHA-256, RFC 6962)" }, { header: "Place" }, { header: "Inclusion" }],
    rows.map(({ n, kind, leafHash, place, check }) => [markup`${kind}${cite(n)}`, code(leafHash), place, check]),
  );
  const none = note("warning", "No checkpoint covers these records yet: their places cannot be proved from this file.");
  const body = markup`<p>Each record is a leaf of a Merkle log. A checkpoint signs the whole log at once; a witness that cosigned it will not sign another history. “Proved” means that the leaf hash and its proof were recomputed to the checkpoint's root when this page was made.</p>
${holds}
${places}
${checkpoints.length === 0 ? none : checkpoints.map(checkpointText)}
${checkpoints.length === 0 ? markup`` : markup`<p>${signed ? signedText : unsignedText}</p>`}
<h3>How to verify it yourself</h3>
<p>This page is a reading of the record, and proves nothing by itself. In the folder it came in, without a network:</p>
<pre><code>npx mandate audit verify bundle</code></pre>
<p>README.txt says how to do the same with Go's own tools and with none of ours. Take the keys of the log and of its witnesses from their owners, not from this folder.</p>`;
  return { id: "receipts", title: "Receipts", body };
}

const signedText =
  "The log's signature was checked when this page was made, with the key that the machine that made it knows. The witnesses' were not.";
const unsignedText =
  "No signature was checked when this page was made: no key of the log was known. Verifying the bundle checks them.";

function checkpointText({ origin, size, lines, signatures }: CheckpointTold): Html {
  const rows = signatures.map(({ name, keyId, what }) => [name, code(keyId), what]);
  const columns = ["Key name, as the line states it", "Key id", "What it did"].map((header) => ({ header }));
  return markup`<h3>Checkpoint of ${origin} at ${size} entries</h3>
<pre><code>${lines.map((line, at) => markup`${at === 0 ? "" : markup`<br>`}${line}`)}</code></pre>
${table(`Signatures on the checkpoint at ${size} entries`, columns, rows)}`;
}
