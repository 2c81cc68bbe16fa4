/** Ends a switch over a union: a new member is a compile error at the call, an impossible value a fault at run time. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value \`${JSON.stringify(value)}\``);
}
