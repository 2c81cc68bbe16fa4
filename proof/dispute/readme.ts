import { oneLine } from "../../audit/story/one-line.ts";
import type { Dispute } from "./dispute.ts";

/** For whom a folder is, and whether a bundle is in it. */
export type FolderMade = { readonly hasBundle: boolean; readonly reader: string };

/** `README.txt` of the folder. Plain text of at most 120 columns but for names; lines end with a newline. */
export function readmeText(dispute: Dispute, { hasBundle, reader }: FolderMade): string {
  const { decisionId, caseId } = dispute;
  const states = statesOf(dispute, { hasBundle, reader }).map((state) => `${state}\n`);
  const heads = [
    heading(oneLine(decisionId), oneLine(caseId)),
    ...states,
    contents(hasBundle),
    ours(hasBundle, caseId, reader !== dispute.company ? ` --as ${quoted(reader)}` : ""),
  ];
  return [...heads, goTools, byHand, trust].join("\n");
}

/** What the reader must know before anything else. */
function statesOf({ company, intact, gone, receipts }: Dispute, { hasBundle, reader }: FolderMade): readonly string[] {
  const waiting = receipts.rows.filter(({ check }) => check === "no checkpoint yet").length;
  const isOther = reader !== company;
  return [
    ...(isOther ? [`Made for ${oneLine(reader)}: what is for ${oneLine(company)} alone is withheld.`] : []),
    ...(intact ? [] : ["THE RECORDS DO NOT HOLD: a hash, a digest or the numbering of the case is wrong."]),
    ...(gone.length === 0 ? [] : ["Something of the case is erased or withheld: the page says what and why."]),
    ...(waiting === 0 ? [] : ["Not all records are under a checkpoint yet: make this folder again later."]),
    ...(hasBundle ? [] : ["The audit bundle is not here: see below how to get it."]),
  ];
}

function heading(decisionId: string, caseId: string): string {
  const title = `Decision ${decisionId}`;
  return `${title}\n${"=".repeat(title.length)}\nCase ${caseId}\n`;
}

/** A word that a shell takes as it stands. */
function quoted(word: string): string {
  return /^[\w:.~-]+$/.test(word) ? word : `'${oneLine(word).replaceAll("'", "'\\''")}'`;
}

function contents(hasBundle: boolean): string {
  const bundle = hasBundle
    ? "bundle/      what proves it: leaves, receipts, checkpoints, and what may be read of the bodies\n"
    : "";
  return `What is here
------------
index.html   what was asked, decided and done, and why; open it in any browser, or print it
case.json    the case file that the page was made from: every record, its proof, the policies
check/       a program for Go's own log code
${bundle}
The page and case.json are readings. The bundle is the evidence.
`;
}

function ours(hasBundle: boolean, caseId: string, as: string): string {
  const fetch = `  npx mandate audit export --case ${quoted(caseId)}${as} --out bundle\n`;
  return `Verify it with Mandate, offline
-------------------------------
${hasBundle ? "" : fetch}  npx mandate audit verify bundle --vkey KEY

KEY is the log's verifier key as its owner prints it (mandate audit log); repeat --vkey for each witness. It needs no
database and no network. It ends with 0 when everything holds, 1 when something was tampered with, 2 when too little was
disclosed to tell, 3 when a decision does not come out again from its facts and its policy.
`;
}

const goTools = `Verify it with Go's own code
----------------------------
check/main.go uses golang.org/x/mod/sumdb, the code by which Go checks its own modules, and nothing of Mandate's.
With Go 1.24 or newer, and a network once for the module:

  cd check
  go mod init check && go get golang.org/x/mod@v0.30.0
  go run . ../bundle

It proves each entry to be in the log that the key in vkeys signed. Cosignatures have a type that Go's notes do not
know; \`mandate audit verify\` checks them, and so does any witness tool for c2sp.org/tlog-cosignature.
`;

const byHand = `By hand
-------
A record's leaf hash is SHA-256 over a zero byte and the bytes of its envelope (RFC 6962). With an envelope's exact
text, as entries.jsonl has it, in a file:

  (printf '\\000'; cat envelope.json) | sha256sum
`;

const trust = `Whose keys
----------
Take the keys of the log and of its witnesses from their owners: vkeys in this folder only says which ones were used.
Whoever kept an older checkpoint of the same log can check that today's continues it.

What none of this proves is in the page, under "What this record cannot prove".
`;
