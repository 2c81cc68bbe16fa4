import type { Problem } from "../gateway/http/problem.ts";

/** What a command's end means to the shell. Documented; scripts rely on it. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  problemsFound: 3,
  forbidden: 4,
  notFound: 5,
  conflict: 6,
  blocked: 7,
  pending: 8,
  unreachable: 69,
  interrupted: 130,
} as const;
export type ExitName = keyof typeof exitCodes;

/** The one fault of the command line: a problem as people and scripts read it, and the exit it leads to. */
export class CliFailure extends Error {
  readonly exit: ExitName;
  readonly problem: Problem;

  constructor(exit: ExitName, problem: Problem) {
    super(problem.detail);
    this.name = "CliFailure";
    this.exit = exit;
    this.problem = problem;
  }
}

/** A failure found on this side of the API. `status` is 0: nothing was answered over HTTP. */
export function failure(exit: ExitName, code: string, detail: string, fix?: string): CliFailure {
  const problem = { type: `urn:mandate:problem:${code}`, title: "The command failed", status: 0, code, detail };
  return new CliFailure(exit, fix === undefined ? problem : { ...problem, fix });
}

/** The API's refusal as a failure: codes that the status alone does not tell come first. */
export function refusalOf(problem: Problem): CliFailure {
  return new CliFailure(exitOf(problem), problem);
}

function exitOf({ code, status }: Problem): ExitName {
  if (code === "blocked-by-policy") return "blocked";
  if (status === 401 || status === 403) return "forbidden";
  if (status === 404) return "notFound";
  if (status === 409 || status === 412 || status === 428) return "conflict";
  if (status === 400 || status === 422) return "usage";
  return status === 502 || status === 503 || status === 504 ? "unreachable" : "failure";
}

/** What is said when there is no gateway to talk to. */
export function nothingRuns(detail = "nothing is running here"): CliFailure {
  return failure("unreachable", "unreachable", detail, "start it with `npm start`, or name another address with --url");
}
