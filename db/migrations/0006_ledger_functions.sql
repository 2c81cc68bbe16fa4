-- One round trip and one transaction per ledger write. Each function is idempotent by its key: the first writing stands,
-- with its record; a retry, or a case that is started again for the same event, changes nothing and reads what is there.
-- Arguments are plain JSON objects with the names of the columns in camel case.

create function record_proposal(p jsonb) returns void language plpgsql as $$
begin
  insert into proposal (company, proposal_id, case_id, step_key, action_id, tool, args, record_version, reasoning, proposed_at)
  values (p->>'company', p->>'proposalId', p->>'caseId', p->>'stepKey', p->>'actionId', p->>'tool', p->'args',
          p->>'recordVersion', p->>'reasoning', (p->>'at')::timestamptz)
  on conflict do nothing;
  if found then
    perform append_record(p->>'company', p->>'caseId', 'proposal', p->>'recordKey', p->>'canonical');
  end if;
end $$;

create function record_review(p jsonb) returns void language plpgsql as $$
begin
  insert into agent_turn (company, turn_key, case_id, role, output)
  values (p->>'company', p->>'turnKey', p->>'caseId', 'compliance', p->>'output')
  on conflict do nothing;
  if found then
    perform append_record(p->>'company', p->>'caseId', 'review', p->>'recordKey', p->>'canonical');
  end if;
end $$;

-- Policy, decision, its record and, for an executed or approved one, the permit: all or nothing. False when this gate
-- was passed before: what stands then is the first decision.
create function record_decision(p jsonb) returns boolean language plpgsql as $$
begin
  insert into policy_version (company, policy_id, version, document)
  values (p->>'company', p->>'policyId', p->>'policyVersion', p->>'policyDocument')
  on conflict do nothing;
  insert into decision (company, decision_id, case_id, step_key, gate, proposal_id, verdict, reason, rules, missing, facts,
                        sources, route, policy_id, policy_version, action_digest, requested_by, approval_id, decided_at)
  values (p->>'company', p->>'decisionId', p->>'caseId', p->>'stepKey', (p->>'gate')::int, p->>'proposalId',
          p->>'verdict', p->>'reason', p->'rules', p->'missing', p->'facts', p->'sources', nullif(p->'route', 'null'),
          p->>'policyId', p->>'policyVersion', p->>'actionDigest', p->>'requestedBy', p->>'approvalId',
          (p->>'at')::timestamptz)
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

-- What is told once per case is not told again by a case that is started anew for the same event.
create function append_once(p_company text, p_case text, p_kind text, p_key text, p_canonical text)
returns void language plpgsql as $$
begin
  if not exists (select 1 from audit_record where company = p_company and key = p_key) then
    perform append_record(p_company, p_case, p_kind, p_key, p_canonical);
  end if;
end $$;

create function open_escalation(p jsonb) returns void language plpgsql as $$
begin
  insert into escalation (company, escalation_id, case_id, step_key, decision_id, action_digest, requested_by, route,
                          level, role, due_at, state, opened_at)
  values (p->>'company', p->>'escalationId', p->>'caseId', p->>'stepKey', p->>'decisionId', p->>'actionDigest',
          p->>'requestedBy', p->'route', 0, p->>'role', (p->>'dueAt')::timestamptz, 'open', (p->>'at')::timestamptz)
  on conflict do nothing;
  if found then
    perform append_record(p->>'company', p->>'caseId', 'escalation', p->>'recordKey', p->>'canonical');
  end if;
end $$;

-- The intent, and the action exactly as it was decided, read from the ledger behind the permit and never from the caller.
-- `state` is what the effect is in now: `intent` on the first call and after a crash, otherwise what it was settled as;
-- `no-permit` when the ledger's permit is another one, `stopped` when the kill switch is on.
create function begin_effect(p jsonb) returns jsonb language plpgsql as $$
declare
  v_fresh boolean;
  v_effect effect%rowtype;
  v_action record;
begin
  select q.tool, q.args, q.record_version, d.policy_version into v_action
    from permit m join decision d using (company, decision_id) join proposal q using (company, proposal_id)
    where m.company = p->>'company' and m.permit_id = p->>'permitId' and m.decision_id = p->>'decisionId'
      and q.tool = p->>'tool' and m.action_digest = p->>'actionDigest' and m.effect_key = p->>'effectKey' and d.case_id = p->>'caseId';
  if not found then
    return jsonb_build_object('state', 'no-permit');
  end if;
  if exists (select 1 from kill_switch where company = p->>'company' and function_id in (p->>'functionId', '*'))
     and not exists (select 1 from effect where company = p->>'company' and effect_key = p->>'effectKey') then
    return jsonb_build_object('state', 'stopped');
  end if;
  insert into effect (company, effect_key, permit_id, case_id, tool, action_digest, state)
  values (p->>'company', p->>'effectKey', p->>'permitId', p->>'caseId', v_action.tool, p->>'actionDigest', 'intent')
  on conflict (company, effect_key) do nothing;
  v_fresh := found;
  if v_fresh then
    perform append_record(p->>'company', p->>'caseId', 'intent', p->>'recordKey', p->>'canonical');
  end if;
  select * into v_effect from effect where company = p->>'company' and effect_key = p->>'effectKey';
  return jsonb_build_object('state', v_effect.state, 'fresh', v_fresh, 'externalRef', v_effect.external_ref,
    'detail', v_effect.detail, 'tool', v_action.tool, 'args', v_action.args, 'recordVersion', v_action.record_version,
    'policyVersion', v_action.policy_version);
end $$;

create function settle_effect(p jsonb) returns void language plpgsql as $$
begin
  update effect set state = p->>'state', external_ref = p->>'externalRef', detail = p->>'detail',
                    settled_at = (p->>'at')::timestamptz
  where company = p->>'company' and effect_key = p->>'effectKey' and state in ('intent', 'unknown')
    and state <> p->>'state';
  perform append_record(p->>'company', p->>'caseId', 'receipt', p->>'recordKey', p->>'canonical');
end $$;

-- Claims a model call for one attempt, or answers what is stored. A lapsed lease (its worker died) may be taken over.
-- The claim itself need not survive a power cut, so it does not wait for the disk; the answer does.
create function claim_model_turn(p_company text, p_turn_key text, p_seq int, p_digest text, p_case text, p_model text,
                                 p_offline boolean, p_request text, p_lease_seconds int)
returns table (state text, response text, wait_ms int) language plpgsql as $$
declare
  v_turn model_turn%rowtype;
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into model_turn as t (company, turn_key, seq, request_digest, case_id, model, offline, state, lease_until, request)
  values (p_company, p_turn_key, p_seq, p_digest, p_case, p_model, p_offline, 'pending',
          clock_timestamp() + make_interval(secs => p_lease_seconds), p_request)
  on conflict (company, turn_key, seq, request_digest) do update
    set attempts = t.attempts + 1, lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
    where t.state = 'pending' and t.lease_until <= clock_timestamp();
  if found then
    return query select 'claimed'::text, null::text, 0;
    return;
  end if;
  select * into v_turn from model_turn t
    where t.company = p_company and t.turn_key = p_turn_key and t.seq = p_seq and t.request_digest = p_digest;
  return query select case when v_turn.state = 'done' then 'done' else 'held' end, v_turn.response,
    greatest(0, ceil(extract(epoch from v_turn.lease_until - clock_timestamp()) * 1000))::int;
end $$;

-- Keeps the answer of a model that is free to ask: no lease is needed, and the first answer kept is every attempt's answer.
-- A power cut may take the row: the same question then has the same answer again, so nothing waits for the disk.
create function keep_model_turn(p_company text, p_turn_key text, p_seq int, p_digest text, p_case text, p_model text,
                                p_offline boolean, p_request text, p_response text, p_input bigint, p_output bigint)
returns text language plpgsql as $$
declare
  v_response text;
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into model_turn (company, turn_key, seq, request_digest, case_id, model, offline, state, lease_until, request,
                          response, input_tokens, output_tokens)
  values (p_company, p_turn_key, p_seq, p_digest, p_case, p_model, p_offline, 'done', clock_timestamp(), p_request,
          p_response, p_input, p_output)
  on conflict do nothing;
  if found then
    return p_response;
  end if;
  select response into v_response from model_turn
    where company = p_company and turn_key = p_turn_key and seq = p_seq and request_digest = p_digest;
  return v_response;
end $$;
