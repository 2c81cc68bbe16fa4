-- What a decision was taken with, beside its rules and facts: mode, release, parameters, limits, candidates, obligations.
-- The shape is `DecisionDetails` in domain/decision-details.ts.

alter table decision add column details jsonb not null default '{}';

-- As in 0006, with the details. A decision that is withheld by its mode has no permit: the caller sends none.
create or replace function record_decision(p jsonb) returns boolean language plpgsql as $$
begin
  insert into policy_version (company, policy_id, version, document)
  values (p->>'company', p->>'policyId', p->>'policyVersion', p->>'policyDocument')
  on conflict do nothing;
  insert into decision (company, decision_id, case_id, step_key, gate, proposal_id, verdict, reason, rules, missing, facts,
                        sources, route, policy_id, policy_version, action_digest, requested_by, approval_id, decided_at,
                        details)
  values (p->>'company', p->>'decisionId', p->>'caseId', p->>'stepKey', (p->>'gate')::int, p->>'proposalId',
          p->>'verdict', p->>'reason', p->'rules', p->'missing', p->'facts', p->'sources', nullif(p->'route', 'null'),
          p->>'policyId', p->>'policyVersion', p->>'actionDigest', p->>'requestedBy', p->>'approvalId',
          (p->>'at')::timestamptz, p->'details')
  on conflict do nothing;
  if not found then
    return false;
  end if;
  perform append_record(p->>'company', p->>'caseId', 'decision', p->>'recordKey', p->>'canonical');
  if (p->>'permitId') is not null then
    insert into permit (company, permit_id, decision_id, action_digest, effect_key, issued_at)
    values (p->>'company', p->>'permitId', p->>'decisionId', p->>'actionDigest', p->>'stepKey', (p->>'at')::timestamptz);
  end if;
  return true;
end $$;
