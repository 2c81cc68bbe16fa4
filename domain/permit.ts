/**
 * Leave to cause one effect, once. Issued only with an `execute` decision or an approval, bound to the digest of the
 * exact action. Types vanish at the activity boundary, so `act` checks it again against the ledger. Schema-free.
 */
export type Permit = {
  readonly permitId: string;
  readonly company: string;
  readonly caseId: string;
  readonly decisionId: string;
  /** The tool that may be called. */
  readonly tool: string;
  /** When the decision was taken, ISO 8601: what the target holds from later on, the decision cannot have seen. */
  readonly decidedAt: string;
  /** SHA-256 (hex) over the canonical JSON of company, tool, arguments, record version and policy version. */
  readonly actionDigest: string;
  /** The idempotency key the target sees, made of what is asked: docs/decisions/0016. */
  readonly effectKey: string;
};

/** What came back from the target. `externalRef` names the thing there. */
export type Receipt = { readonly externalRef: string; readonly answeredAt: string };
