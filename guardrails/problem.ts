/** Something wrong in a policy file, where it stands, and what to write instead. `line` and `column` count from 1. */
export type Problem = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
};

/** One line per problem, in the form editors and terminals turn into a link: `file:line:column: message; fix`. */
export function formatProblem({ file, line, column, message, fix }: Problem): string {
  return `${file}:${line}:${column}: ${message}; ${fix}`;
}
