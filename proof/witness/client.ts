import { cosignatureVerifierOf, cosignedAt } from "../log/cosignature.ts";
import { NoteError } from "../log/note-error.ts";
import type { Verifier } from "../log/note-keys.ts";
import { parseDecimal } from "../log/note-text.ts";
import { decodeNote, openNote, parseNote } from "../log/note.ts";
import { formatAddCheckpoint, MAX_BODY_BYTES, SIZE_CONTENT_TYPE, type AddCheckpoint } from "./add-checkpoint.ts";
import { WitnessError } from "./witness-error.ts";

/** A witness as a log knows it: its submission prefix and its verifier key (type 0x04). */
export type WitnessAddress = {
  readonly url: string;
  readonly vkey: string;
  readonly fetch?: typeof fetch;
  /** The whole time of a call, in milliseconds; default 10 s. */
  readonly timeoutMs?: number;
};

/**
 * What a witness said. `lines`: its cosignatures, verified, each with its newline, to be put under the checkpoint;
 * `unixSeconds`: the time that the witness states. `size`: the head it knows, to prove from. `status`: why it refuses.
 */
export type Submitted =
  | { readonly kind: "cosigned"; readonly lines: readonly string[]; readonly unixSeconds: number }
  | { readonly kind: "conflict"; readonly size: number }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

type Answer = { readonly status: number; readonly contentType: string; readonly text: string };

const TIMEOUT_MS = 10_000;
const MAX_REASON_CHARS = 300;

/**
 * Submits a checkpoint (a signed note) with its proof from `oldSize`. Throws `WitnessError`, whose `retry` tells whether
 * to try again: `WITNESS_UNREACHABLE`, `WITNESS_TIMED_OUT`, `WITNESS_FAILED` (5xx), `WITNESS_ANSWER_INVALID` (what came
 * back is no cosignature by this key over this checkpoint). A `vkey` or checkpoint that is none throws `NoteError`.
 */
export async function submitCheckpoint(witness: WitnessAddress, submission: AddCheckpoint): Promise<Submitted> {
  const verifier = cosignatureVerifierOf(witness.vkey);
  const { text } = parseNote(submission.checkpoint);
  const answer = await post(witness, formatAddCheckpoint(submission));
  if (answer.status === 200) return cosignaturesIn(witness, verifier, text, answer);
  if (answer.status === 409) return { kind: "conflict", size: sizeIn(witness, answer) };
  const reason = answer.text.trim().slice(0, MAX_REASON_CHARS);
  if (answer.status < 500) return { kind: "refused", status: answer.status, reason };
  throw new WitnessError("WITNESS_FAILED", `witness ${witness.url} answered ${answer.status}: ${reason}`);
}

function cosignaturesIn(witness: WitnessAddress, verifier: Verifier, text: string, answer: Answer): Submitted {
  try {
    const opened = openNote(`${text}\n${answer.text}`, [verifier]);
    if (opened.text !== text) throw new NoteError("malformed", "the answer is more than signature lines");
    const lines = opened.signatures.map(({ line }) => `${line}\n`);
    const times = opened.signatures.map(({ signature }) => cosignedAt(signature) ?? 0);
    return { kind: "cosigned", lines, unixSeconds: Math.max(...times) };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw invalid(witness, `no cosignature by \`${verifier.name}\` over this checkpoint: ${error.message}`, error);
  }
}

function sizeIn(witness: WitnessAddress, { contentType, text }: Answer): number {
  const size = text.endsWith("\n") ? parseDecimal(text.slice(0, -1)) : undefined;
  if (contentType === SIZE_CONTENT_TYPE && size !== undefined) return size;
  throw invalid(witness, `a conflict without a size in \`${SIZE_CONTENT_TYPE}\``);
}

async function post(witness: WitnessAddress, body: string): Promise<Answer> {
  const { url, fetch: call = fetch, timeoutMs = TIMEOUT_MS } = witness;
  try {
    const response = await call(`${url.replace(/\/+$/, "")}/add-checkpoint`, {
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const contentType = response.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
    return { status: response.status, contentType, text: decodeNote(await readAnswer(witness, response)) };
  } catch (error) {
    if (error instanceof WitnessError) throw error;
    if (error instanceof NoteError) throw invalid(witness, error.message, error);
    if (error instanceof Error && error.name === "TimeoutError") {
      throw new WitnessError("WITNESS_TIMED_OUT", `witness ${url} did not answer in ${timeoutMs} ms`, { cause: error });
    }
    const why = error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error);
    throw new WitnessError("WITNESS_UNREACHABLE", `witness ${url} cannot be reached: ${why}`, { cause: error });
  }
}

async function readAnswer(witness: WitnessAddress, { body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) throw invalid(witness, `over ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function invalid({ url }: WitnessAddress, what: string, cause?: Error): WitnessError {
  return new WitnessError("WITNESS_ANSWER_INVALID", `witness ${url} answered ${what}`, { cause });
}
