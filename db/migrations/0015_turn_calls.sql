-- A free model's calls are kept in the transaction that keeps what their turn left: one statement per turn.

-- The first answer kept stands. `p` is a list of calls, or null.
create function keep_model_turns(p jsonb) returns void language sql as $$
  insert into model_turn (company, turn_key, seq, request_digest, case_id, model, offline, state, lease_until, request,
                          response, input_tokens, output_tokens)
  select c.company, c."turnKey", c.seq, c."requestDigest", c."caseId", c.model, c.offline, 'done', clock_timestamp(),
         c.request, c.response, c."inputTokens", c."outputTokens"
  from jsonb_to_recordset(coalesce(nullif(p, 'null'), '[]')) as c (company text, "turnKey" text, seq int,
       "requestDigest" text, "caseId" text, model text, offline boolean, request text, response text,
       "inputTokens" bigint, "outputTokens" bigint)
  on conflict do nothing
$$;
drop function keep_model_turn(text, text, int, text, text, text, boolean, text, text, bigint, bigint);

create function store_findings(p jsonb) returns void language plpgsql as $$
begin
  perform keep_model_turns(p->'calls');
  insert into agent_turn (company, turn_key, case_id, role, output)
  values (p->>'company', p->>'turnKey', p->>'caseId', 'intelligence', p->>'output')
  on conflict do nothing;
end $$;

-- As in 0006, with the calls of the turn.
create or replace function record_proposal(p jsonb) returns void language plpgsql as $$
begin
  perform keep_model_turns(p->'calls');
  insert into proposal (company, proposal_id, case_id, step_key, action_id, tool, args, record_version, reasoning, proposed_at)
  values (p->>'company', p->>'proposalId', p->>'caseId', p->>'stepKey', p->>'actionId', p->>'tool', p->'args',
          p->>'recordVersion', p->>'reasoning', (p->>'at')::timestamptz)
  on conflict do nothing;
  if found then
    perform append_record(p->>'company', p->>'caseId', 'proposal', p->>'recordKey', p->>'canonical');
  end if;
end $$;

create or replace function record_review(p jsonb) returns void language plpgsql as $$
begin
  perform keep_model_turns(p->'calls');
  insert into agent_turn (company, turn_key, case_id, role, output)
  values (p->>'company', p->>'turnKey', p->>'caseId', 'compliance', p->>'output')
  on conflict do nothing;
  if found then
    perform append_record(p->>'company', p->>'caseId', 'review', p->>'recordKey', p->>'canonical');
  end if;
end $$;
