/** `sync`: what was missed is not known any more; read everything anew. */
export type Change =
  | { readonly kind: "escalation"; readonly escalationId: string; readonly version: number; readonly state: string }
  | { readonly kind: "presence"; readonly escalationId: string; readonly people: readonly string[] }
  | { readonly kind: "sync" };

/** What one look found. `closedMs`: when it was first seen closed; null while it is open. */
export type Seen = {
  readonly questions: ReadonlyMap<
    string,
    { readonly version: number; readonly state: string; readonly closedMs: number | null }
  >;
  readonly looking: ReadonlyMap<string, readonly string[]>;
};

/** What is otherwise than at the look before. Pure. */
export function differences(before: Seen, now: Seen): readonly Change[] {
  const moved = [...now.questions].flatMap(([escalationId, { version, state }]): Change[] => {
    const was = before.questions.get(escalationId);
    if (was?.version === version && was.state === state) return [];
    return [{ kind: "escalation", escalationId, version, state }];
  });
  const shown = new Set([...before.looking.keys(), ...now.looking.keys()]);
  const presence = [...shown].flatMap((escalationId): Change[] => {
    const [was, is] = [before.looking.get(escalationId) ?? [], now.looking.get(escalationId) ?? []];
    return was.join("\n") === is.join("\n") ? [] : [{ kind: "presence", escalationId, people: is }];
  });
  return [...moved, ...presence];
}
