import type { Said } from "../end.ts";
import { markup, type Html } from "./markup.ts";

type Cell = string | Html;

/** A column of a table. `kind` says how it is set: a number, a hash, or running text. */
export type Column = { readonly header: string; readonly kind?: "number" | "code" };

/** A link to the record that a sentence rests on; nothing for 0. */
export function cite(n: number): Html {
  return n === 0 ? markup`` : markup` <a class="cite" href="#record-${n}">record ${n}</a>`;
}

/** A text as a sentence: with a full stop, unless it ends with a mark of its own. */
export function stopped(text: string): string {
  return /[.!?…:]$/.test(text) ? text : `${text}.`;
}

/** A sentence with its record. */
export function saidText({ text, n }: Said): Html {
  return markup`${text}${cite(n)} `;
}

/** A table whose first column names its rows. A wide one scrolls by itself and can be reached by keyboard. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html {
  const heads = columns.map(({ header, kind }) => markup`<th scope="col" class="${kind ?? "text"}">${header}</th>`);
  const body = rows.map(
    (row) => markup`<tr>${row.map((cell, at) => cellOf(cell, at, columns[at]?.kind ?? "text"))}</tr>`,
  );
  return markup`<div class="scroll" role="group" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>${body}</tbody>
</table></div>
`;
}

function cellOf(cell: Cell, at: number, kind: string): Html {
  return at === 0 ? markup`<th scope="row" class="${kind}">${cell}</th>` : markup`<td class="${kind}">${cell}</td>`;
}

/** Names with what they stand for. */
export function pairs(rows: readonly (readonly [string, Cell])[]): Html {
  return markup`<dl>${rows.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;
}

export function list(items: readonly Cell[]): Html {
  return markup`<ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>
`;
}

/** A time for people, to the second in UTC, and for machines as it stands. */
export function time(iso: string): Html {
  const ms = Date.parse(iso);
  if (!Number.isFinite(ms)) return markup`${iso}`;
  const shown = new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  return markup`<time datetime="${new Date(ms).toISOString()}">${shown} UTC</time>`;
}

/** Longer ones, which are hashes and keys, may break anywhere. */
const SHORT_CODE = 40;

export function code(text: string): Html {
  return markup`<code class="${text.length > SHORT_CODE ? "long" : "short"}">${text}</code>`;
}

/** What cannot be read, and where it is said why. */
export function goneNote(text: string, n: number): Html {
  return note("warning", markup`${text}${cite(n)} See <a href="#gone">what was erased or withheld</a>.`);
}

/** Something the reader must not miss. */
export function note(kind: "plain" | "warning", text: Cell): Html {
  return markup`<p class="note ${kind}">${text}</p>
`;
}
