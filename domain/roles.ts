/**
 * Who people are in the programme, as policies and duties name it. A company declares further ones of its own in
 * `policies/shared/roles.yaml`. `requester` and the role of other companies answer nothing, and are none of these.
 */
export const roles = ["seller", "partner-manager", "regional-director", "ops-engineer", "auditor", "admin"] as const;
