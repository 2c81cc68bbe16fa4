import type { Json } from "../../domain/json.ts";
import type { z } from "zod";
import { readLine } from "../bundle/lines.ts";
import type { CheckNumber, Findings } from "./finding.ts";
import type { FileSource } from "./source.ts";

type Told = { readonly log: string; readonly seq: number } & { readonly [name: string]: Json };

/** A file of lines about entries, read beside the entries: both are in the order of the manifest's logs, then of places. */
export type ToldLines<T extends Told> = {
  /** The line about this entry, if there is one. Lines about entries that were passed over are reported. */
  about(log: string, seq: number): Promise<T | undefined>;
  /** Reports the lines that are left. */
  end(): Promise<void>;
};

export function toldLines<T extends Told>(
  source: FileSource,
  path: string,
  schema: z.ZodType<T>,
  logs: readonly string[],
  { check, findings }: { readonly check: CheckNumber; readonly findings: Findings },
): ToldLines<T> {
  const lines = source.lines(path)[Symbol.asyncIterator]();
  let [number, ended] = [0, false];
  let ahead: T | undefined;

  const tampered = (what: string, told?: T) =>
    findings.add(check, "tampered", `${path}, line ${number}: ${what}`, told && { log: told.log, seq: told.seq });

  async function read(): Promise<T | undefined> {
    while (ahead === undefined && !ended) {
      const { value: line, done } = await lines.next();
      if (done === true) {
        ended = true;
        return undefined;
      }
      number += 1;
      try {
        ahead = readLine(schema, line);
      } catch (error) {
        tampered(error instanceof Error ? error.message : "it cannot be read");
      }
    }
    return ahead;
  }

  const isBefore = (told: T, log: string, seq: number) => {
    const [at, of] = [logs.indexOf(told.log), logs.indexOf(log)];
    return at < of || (at === of && told.seq < seq);
  };

  function stray(told: T): void {
    const what = `it is about entry ${told.seq} of log \`${told.log}\`, which is not in the bundle at this place`;
    tampered(what, told);
    ahead = undefined;
  }

  return {
    async about(log, seq) {
      for (let told = await read(); told !== undefined; told = await read()) {
        if (told.log === log && told.seq === seq) {
          ahead = undefined;
          return told;
        }
        if (!isBefore(told, log, seq)) return undefined;
        stray(told);
      }
      return undefined;
    },
    async end() {
      for (let told = await read(); told !== undefined; told = await read()) stray(told);
    },
  };
}
