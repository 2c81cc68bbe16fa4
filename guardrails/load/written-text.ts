/** A file as it is read: its bytes, or a text that was decoded before. */
export type FileText = string | Uint8Array;

/** What is wrong at an offset into a text. */
export type TextFault = { readonly offset: number; readonly message: string; readonly fix: string };

const BYTE = 0x80;

/** How many bytes follow a first byte, and the range of the next one; undefined for what begins no letter. Source: RFC 3629. */
function lead(byte: number): { readonly more: number; readonly min: number; readonly max: number } | undefined {
  if (byte < BYTE) return { more: 0, min: 0, max: 0 };
  if (byte >= 0xc2 && byte <= 0xdf) return { more: 1, min: 0x80, max: 0xbf };
  if (byte >= 0xe0 && byte <= 0xef)
    return { more: 2, min: byte === 0xe0 ? 0xa0 : 0x80, max: byte === 0xed ? 0x9f : 0xbf };
  if (byte >= 0xf0 && byte <= 0xf4)
    return { more: 3, min: byte === 0xf0 ? 0x90 : 0x80, max: byte === 0xf4 ? 0x8f : 0xbf };
  return undefined;
}

/** The first byte that is no part of UTF-8, by its place from 0; undefined when all are. */
function firstStray(bytes: Uint8Array): number | undefined {
  for (let at = 0; at < bytes.length;) {
    const form = lead(bytes[at] ?? 0);
    if (form === undefined) return at;
    for (let next = 1; next <= form.more; next += 1) {
      const byte = bytes[at + next] ?? 0;
      const [min, max] = next === 1 ? [form.min, form.max] : [0x80, 0xbf];
      if (byte < min || byte > max) return at;
    }
    at += form.more + 1;
  }
  return undefined;
}

/** The text of a file; up to the first byte that is not UTF-8, with what is wrong there. */
export function decoded(file: FileText): { readonly text: string; readonly fault: TextFault | undefined } {
  if (typeof file === "string") return { text: file, fault: undefined };
  const stray = firstStray(file);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    stray === undefined ? file : file.subarray(0, stray),
  );
  if (stray === undefined) return { text, fault: undefined };
  const byte = `0x${(file[stray] ?? 0).toString(16).toUpperCase()}`;
  const message = `the file is not UTF-8: byte ${stray + 1} of it is ${byte}`;
  return { text, fault: { offset: text.length, message, fix: "save it as UTF-8" } };
}

/** Turns the direction of what follows: lines then read otherwise than they are. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** Joins letters of scripts that need it, or the parts of a picture. */
const joining = /(?<=(?![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}])\p{L}\p{M}*)[\u200c\u200d]/u;
const picturing = /(?<=[\p{Extended_Pictographic}\ufe0f])[\ufe0f\u200d]/u;
const unseen = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;
const anyUnseen = new RegExp(`${joining.source}|${picturing.source}|(${unseen.source})`, "gu");

function codeOf(letter: string): string {
  return `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Letters that cannot be seen, each once where it first stands: two values that differ in one look the same. Written as an escape,
 * `"\u200b"`, it can be seen. A mark of the byte order may begin the file.
 */
export function unseenLetters(text: string): readonly TextFault[] {
  const told = new Set<string>();
  return [...text.matchAll(anyUnseen)].flatMap(({ index: offset, 1: letter }) => {
    if (letter === undefined || told.has(letter) || (offset === 0 && letter === "\ufeff")) return [];
    told.add(letter);
    const message = turning.test(letter)
      ? `${codeOf(letter)} turns the direction of the text, which then reads otherwise than it is`
      : `${codeOf(letter)} cannot be seen`;
    return [{ offset, message, fix: "remove it, or write it as an escape in double quotes" }];
  });
}
