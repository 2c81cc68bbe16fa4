import type { CaseTurns } from "../../gateway/http/case-turns.ts";
import type { CaseFile, StoryView } from "../../gateway/http/cases.ts";

type Filed = CaseFile["records"][number];

/** A record as a step of its case. `restsOn`: numbers of the records that its leaf cites. */
export type StepRecord = {
  readonly n: number;
  readonly at: string;
  readonly kind: string;
  readonly who: string;
  readonly text: string;
  /** After the record before it, in milliseconds. */
  readonly sinceMs: number;
  readonly restsOn: readonly number[];
  readonly seq: number | null;
  readonly isPlumbing: boolean;
  /** Of a model's turn: millionths of a dollar, where the price is known. */
  readonly costMicroUsd: number | null;
};

/** Records of one step of the case, or those that belong to none. `tookMs`: from its first record to its last. */
export type StepGroup = {
  readonly title: string;
  readonly tookMs: number;
  readonly records: readonly StepRecord[];
};

/** What carries the case and says nothing new to who reads it. */
const plumbing = new Set(["prompt", "turn", "intent", "commitment", "repeat"]);

/** A case's records by step, in the order in which each step began. */
export function stepsOf(file: CaseFile, story: StoryView, turns: CaseTurns): readonly StepGroup[] {
  const told = new Map(story.lines.map((line) => [line.n, line]));
  const costs = new Map(turns.turns.map(({ n, costMicroUsd }) => [n, costMicroUsd]));
  const numbers = new Map(file.records.map(({ digest, n }) => [digest, n]));
  const steps = stepKeys(file.records);
  const groups = new Map<string, StepRecord[]>();
  for (const [nth, record] of file.records.entries()) {
    const { n, at, kind, parents, seq } = record;
    const before = file.records[nth - 1];
    const line = told.get(n);
    const step = {
      n,
      at,
      kind,
      who: line?.who ?? "",
      text: line?.text ?? "",
      sinceMs: before === undefined ? 0 : Math.max(0, Date.parse(at) - Date.parse(before.at)),
      restsOn: parents.flatMap((parent) => numbers.get(parent) ?? []).toSorted((one, other) => one - other),
      seq,
      isPlumbing: plumbing.has(kind),
      costMicroUsd: costs.get(n) ?? null,
    };
    const key = steps.get(n) ?? "";
    groups.set(key, [...(groups.get(key) ?? []), step]);
  }
  return [...groups].map(([key, records]) => {
    const [first, last] = [records[0], records.at(-1)];
    const tookMs = Math.max(0, Date.parse(last?.at ?? "") - Date.parse(first?.at ?? "")) || 0;
    return { title: key === "" ? "the case itself" : (key.split("/").at(-1) ?? key), tookMs, records };
  });
}

/** Which step a record belongs to, by its number: it says so, or its permit's decision does. */
function stepKeys(records: readonly Filed[]): ReadonlyMap<number, string> {
  const ofDecision = new Map<unknown, string>();
  const ofEffect = new Map<unknown, string>();
  const found = new Map<number, string>();
  for (const { n, body } of records) {
    const { stepKey, decisionId, effectKey } = body;
    const key = typeof stepKey === "string" ? stepKey : (ofDecision.get(decisionId) ?? ofEffect.get(effectKey));
    if (key === undefined) continue;
    found.set(n, key);
    if (decisionId !== undefined) ofDecision.set(decisionId, key);
    if (effectKey !== undefined) ofEffect.set(effectKey, key);
  }
  return found;
}

/** Those whose words hold every word asked for; plumbing where it is asked for. */
export function narrowSteps(
  groups: readonly StepGroup[],
  { text, plumbing: all }: { readonly text: string; readonly plumbing: boolean },
): readonly StepGroup[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return groups.flatMap((group) => {
    const records = group.records.filter((record) => {
      const searched = `${record.n} ${record.kind} ${record.who} ${record.text} ${group.title}`.toLowerCase();
      return (all || !record.isPlumbing) && words.every((word) => searched.includes(word));
    });
    return records.length === 0 ? [] : [{ ...group, records }];
  });
}
