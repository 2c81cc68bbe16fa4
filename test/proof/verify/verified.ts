import { replayGuardrail } from "../../../proof/replay/guardrail.ts";
import type { CheckNumber, Finding } from "../../../proof/verify/finding.ts";
import { readKept } from "../../../proof/verify/kept.ts";
import { readPins } from "../../../proof/verify/notes.ts";
import type { FileSource } from "../../../proof/verify/source.ts";
import type { Verification } from "../../../proof/verify/verification.ts";
import { verifyBundle, type VerifyOptions } from "../../../proof/verify/verify.ts";
import type { BundleFiles } from "../../fixtures/governed-log.ts";

/** A bundle held in memory. */
export function sourceOf(files: ReadonlyMap<string, Buffer>): FileSource {
  return {
    read: async (path) => files.get(path),
    async *lines(path) {
      const text = files.get(path)?.toString("utf8") ?? "";
      const lines = text.split("\n");
      const rest = lines.pop() ?? "";
      yield* lines;
      if (rest !== "") yield `${rest}\0`;
    },
    async *paths() {
      yield* files.keys();
    },
  };
}

type Held = Omit<Partial<VerifyOptions>, "pins" | "kept"> & {
  readonly vkeys?: readonly string[];
  /** The text of a checkpoint that the reader kept. */
  readonly kept?: string | undefined;
};

export function verified(files: BundleFiles, { vkeys = [], kept, ...rest }: Held = {}): Promise<Verification> {
  return verifyBundle(sourceOf(files), {
    replay: replayGuardrail,
    pins: readPins(vkeys),
    kept: kept === undefined ? undefined : readKept(kept),
    ...rest,
  });
}

/** The outcome, and the checks that found something. */
export function summary({ outcome, checks }: Verification) {
  return { outcome, checks: checks.filter(({ found }) => found > 0).map(({ check }) => check) };
}

/** The findings of one check. */
export function foundBy({ findings }: Verification, check: CheckNumber): readonly Finding[] {
  return findings.filter((finding) => finding.check === check);
}

/** A copy with some files replaced, or left out where the change gives undefined. */
export function changed(
  files: BundleFiles,
  changes: { readonly [path: string]: (bytes: Buffer) => Buffer | string | undefined },
): BundleFiles {
  const copy = new Map(files);
  for (const [path, change] of Object.entries(changes)) {
    const bytes = files.get(path);
    if (bytes === undefined) throw new Error(`the bundle has no ${path}`);
    const next = change(Buffer.from(bytes));
    if (next === undefined) copy.delete(path);
    else copy.set(path, Buffer.from(next));
  }
  return copy;
}

/** Changes the lines of a text. */
export const lines =
  (change: (lines: string[]) => readonly string[]) =>
  (bytes: Buffer): string =>
    change(bytes.toString("utf8").split("\n").slice(0, -1))
      .map((line) => `${line}\n`)
      .join("");
