import type { Problem } from "../gateway/http/problem.ts";

/** What a route answered: what was asked for, or why it was refused. A connection that is gone is a refusal too. */
export type Answer<Body> =
  | { readonly kind: "ok"; readonly body: Body }
  | { readonly kind: "refused"; readonly problem: Pick<Problem, "code" | "status" | "detail" | "fix" | "errors"> };

const away = {
  code: "no-answer",
  status: 0,
  detail: "the gateway does not answer; nothing was done",
  fix: "try again",
} as const;

/** Asks the gateway that served this page. `version`: of the question that is moved, as it was read. */
export async function ask<Body>(
  path: string,
  given?: { readonly json: object; readonly version?: number },
): Promise<Answer<Body>> {
  const headers = {
    accept: "application/json, application/problem+json",
    ...(given && { "content-type": "application/json", "x-mandate-console": "1" }),
    ...(given?.version !== undefined && { "if-match": String(given.version) }),
  };
  const init = given ? { method: "POST", headers, body: JSON.stringify(given.json) } : { headers };
  try {
    const response = await fetch(path, { ...init, credentials: "same-origin" });
    const body: unknown = await response.json();
    return response.ok ? { kind: "ok", body: body as Body } : { kind: "refused", problem: body as Problem };
  } catch {
    return { kind: "refused", problem: away };
  }
}

export function questionPath(escalationId: string, move = ""): string {
  return `/v1/escalations/${encodeURIComponent(escalationId)}${move === "" ? "" : `/${move}`}`;
}
