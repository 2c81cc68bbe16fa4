/**
 * `quoting`, or `renewals.price` for a further action of a function. What files beside a policy end with (`quoting.test.yaml`)
 * is no action's name. Schema-free.
 */
export const policyIdPattern = /^[a-z][a-z0-9-]{0,62}(?:\.(?!(?:test|facts|yaml|json)$)[a-z][a-z0-9-]{0,62})?$/;

/** How an id that is none is mended, for messages. */
export const POLICY_ID_FIX = "use lower case letters, digits and `-`, and one `.` before an action's own name";

export function isPolicyId(text: string): boolean {
  return policyIdPattern.test(text);
}
