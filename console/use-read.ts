import { useCallback, useEffect, useState } from "preact/hooks";
import { ask } from "./api.ts";
import { me, trouble } from "./state.ts";

export type Read<Body> = { readonly body: Body | null; readonly again: () => Promise<void> };

/** What a route answers, read when the path changes and when asked anew; nothing while the path is null, or was refused. */
export function useRead<Body>(path: string | null): Read<Body> {
  const [body, setBody] = useState<Body | null>(null);
  const again = useCallback(async () => {
    if (path === null) return;
    const answer = await ask<Body>(path);
    if (answer.kind === "ok") setBody(answer.body);
    else if (answer.problem.status === 401) me.value = null;
    else trouble.value = answer.problem.detail;
  }, [path]);
  useEffect(() => {
    setBody(null);
    void again();
  }, [again]);
  return { body, again };
}
