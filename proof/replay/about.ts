import type { AuditRecord } from "../../domain/audit-record.ts";

/** What led to one record and what came of it: everything it rests on, and everything that rests on it. In order. */
export function recordsAbout(records: readonly AuditRecord[], key: string): readonly AuditRecord[] {
  const start = records.find((record) => record.key === key);
  if (start === undefined) return [];
  const before = closure(start, ({ parents }) => records.filter(({ digest }) => parents.includes(digest)));
  const after = closure(start, ({ digest }) => records.filter(({ parents }) => parents.includes(digest)));
  return records.filter(({ n }) => before.has(n) || after.has(n));
}

function closure(start: AuditRecord, next: (record: AuditRecord) => readonly AuditRecord[]): ReadonlySet<number> {
  const reached = new Set([start.n]);
  const queue = [start];
  for (let record = queue.pop(); record !== undefined; record = queue.pop()) {
    for (const found of next(record)) {
      if (reached.has(found.n)) continue;
      reached.add(found.n);
      queue.push(found);
    }
  }
  return reached;
}
