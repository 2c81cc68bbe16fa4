-- What one transaction of a governed step makes durable: rows and their records together, in one statement.

-- The workflow run that made an intent known: `act` calls out without asking the target first only within that run.
alter table effect add column run_id text;

-- Appends many records of one company as `append_record` does, in the order given, and answers their numbers. A draft is
-- {caseId, kind, key, parts}; it may rest on one that stands before it. Records that are all new, as is usual, are written
-- together; otherwise one after the other. Cases are locked in one order.
create or replace function append_records(p_company text, p_drafts jsonb) returns bigint[] language plpgsql as $$
declare
  v_keys text[] := array(select d->>'key' from jsonb_array_elements(p_drafts) as d);
  v_numbers bigint[] := '{}';
  v_heads text[];
  v_counts bigint[];
  -- Keys of what records rest on and the hashes of their leaves, hex: those that stand, then each new one.
  v_parents text[];
  v_hashes text[];
  v_envelopes text[] := '{}';
  v_leaves bytea[] := '{}';
  v_parts jsonb;
  v_rests text;
  v_at int;
begin
  if (select count(distinct key) from unnest(v_keys) as key) <> cardinality(v_keys)
     or exists (select 1 from unnest(v_keys) as wanted (key)
                where (select x.n from audit_record x where x.company = p_company and x.key = wanted.key) is not null) then
    select array_agg(ordered.n order by ordered.place) into v_numbers from (
      select place, append_record(p_company, d->>'caseId', d->>'kind', d->>'key', (d->'parts')::text) as n
      from (select d, place from jsonb_array_elements(p_drafts) with ordinality as given (d, place)
            order by d->>'caseId', place offset 0) as d offset 0) as ordered;
    return v_numbers;
  end if;
  with head as (
    insert into case_head as h (company, log, case_id, records)
      select p_company, d #>> '{parts,log}', d->>'caseId', count(*) from jsonb_array_elements(p_drafts) as d
      group by 2, 3 order by 3, 2
      on conflict (company, log, case_id) do update set records = h.records + excluded.records
      returning h.log, h.case_id, h.records)
  select array_agg(head.log || E'\n' || head.case_id),
         array_agg(head.records - (select count(*) from jsonb_array_elements(p_drafts) as d
                                   where d #>> '{parts,log}' = head.log and d->>'caseId' = head.case_id))
    into v_heads, v_counts from head;
  select coalesce(array_agg(found.key), '{}'), coalesce(array_agg(found.hash), '{}') into v_parents, v_hashes from (
    select wanted.key, (select encode(x.leaf_hash, 'hex') from audit_place x
                        where x.company = p_company and x.key = wanted.key) as hash
    from (select distinct parent as key from jsonb_array_elements(p_drafts) as d,
            jsonb_array_elements_text(d #> '{parts,parents}') as parent offset 0) as wanted) as found
    where found.hash is not null;
  -- Expressions alone in this loop: none of them starts a query.
  for i in 1..cardinality(v_keys) loop
    v_parts := p_drafts #> array[(i - 1)::text, 'parts'];
    v_at := array_position(v_heads, (v_parts->>'log') || E'\n' || (p_drafts #>> array[(i - 1)::text, 'caseId']));
    v_counts[v_at] := v_counts[v_at] + 1;
    v_numbers[i] := v_counts[v_at];
    v_rests := '';
    for j in 0..jsonb_array_length(v_parts->'parents') - 1 loop
      v_at := array_position(v_parents, v_parts->'parents'->>j);
      if v_at is not null then
        v_rests := v_rests || case v_rests when '' then '"' else ',"' end || v_hashes[v_at] || '"';
      end if;
    end loop;
    v_envelopes[i] := v_parts->>'head' || v_numbers[i] || (v_parts->>'middle') || '[' || v_rests || ']' || (v_parts->>'tail');
    v_leaves[i] := leaf_hash(v_envelopes[i]);
    v_parents := v_parents || v_keys[i];
    v_hashes := v_hashes || encode(v_leaves[i], 'hex');
  end loop;
  insert into audit_record (company, log, case_id, n, kind, key, envelope, subjects, sealed)
    select p_company, value #>> '{parts,log}', value->>'caseId', v_numbers[place], value->>'kind', value->>'key',
           v_envelopes[place], bodies.subjects, bodies.sealed
    from jsonb_array_elements(p_drafts) with ordinality as given (value, place)
    cross join lateral (
      select coalesce(array_agg(body->>'subject' order by i), '{}') as subjects,
             coalesce(array_agg(decode(body->>'sealed', 'base64') order by i), '{}') as sealed
      from jsonb_array_elements(value #> '{parts,bodies}') with ordinality as sealed (body, i)) as bodies;
  insert into audit_blob (company, digest, subject_id, sealed)
    select p_company, blob->>'digest', blob->>'subject', decode(blob->>'sealed', 'base64')
    from jsonb_array_elements(p_drafts) as d, jsonb_array_elements(d #> '{parts,blobs}') as blob on conflict do nothing;
  insert into audit_place (company, log, key, leaf_hash, urgent)
    select p_company, value #>> '{parts,log}', value->>'key', v_leaves[place], (value #>> '{parts,urgent}')::boolean
    from jsonb_array_elements(p_drafts) with ordinality as given (value, place) order by value->>'caseId', place;
  if not all_readable(p_company, array(
       select distinct body->>'subject' from jsonb_array_elements(p_drafts) as d, jsonb_array_elements(d #> '{parts,bodies}') as body)) then
    raise exception 'ERASED: a record is about somebody who was erased' using errcode = 'MA002';
  end if;
  return v_numbers;
end $$;

-- The row of a proposal, and of Compliance's review of it. False when the step has one already.
create function keep_proposal(p jsonb) returns boolean language plpgsql as $$
begin
  insert into proposal (company, proposal_id, case_id, step_key, action_id, tool, args, record_version, reasoning, proposed_at)
  values (p->>'company', p->>'proposalId', p->>'caseId', p->>'stepKey', p->>'actionId', p->>'tool', p->'args',
          p->>'recordVersion', p->>'reasoning', (p->>'at')::timestamptz)
  on conflict do nothing;
  if not found then
    return false;
  end if;
  if jsonb_typeof(p->'review') = 'object' then
    insert into agent_turn (company, turn_key, case_id, role, output)
    values (p->>'company', p #>> '{review,turnKey}', p->>'caseId', 'compliance', p #>> '{review,output}')
    on conflict do nothing;
  end if;
  return true;
end $$;

-- Policy, decision, for an executed or approved one the permit and, where a workflow run is to act on it, the intent of its
-- effect. False when this gate was passed before: what stands then is the first decision.
create function keep_decision(p jsonb) returns boolean language plpgsql as $$
begin
  if (p->>'policyDocument') is not null then
    insert into policy_version (company, policy_id, version, document)
    values (p->>'company', p->>'policyId', p->>'policyVersion', p->>'policyDocument')
    on conflict do nothing;
  end if;
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
  if (p->>'permitId') is not null then
    insert into permit (company, permit_id, decision_id, action_digest, effect_key, issued_at)
    values (p->>'company', p->>'permitId', p->>'decisionId', p->>'actionDigest', p->>'stepKey', (p->>'at')::timestamptz);
    if jsonb_typeof(p->'intent') = 'object' then
      insert into effect (company, effect_key, permit_id, case_id, tool, action_digest, state, run_id)
      select p->>'company', p->>'stepKey', p->>'permitId', p->>'caseId', q.tool, p->>'actionDigest', 'intent', p #>> '{intent,runId}'
      from proposal q where q.company = p->>'company' and q.proposal_id = p->>'proposalId';
    end if;
  end if;
  return true;
end $$;

-- What a case holds of a limit and no effect was begun for will not happen.
create function release_unbegun(p_company text, p_case text) returns void language plpgsql as $$
begin
  perform settle_reservations(p_company, array(
    select r.decision_id from limit_reservation r
    where r.company = p_company and r.case_id = p_case and r.state = 'reserved'
      and not exists (select 1 from effect e where e.company = r.company and e.effect_key = r.step_key)), 'released');
end $$;

-- Everything that one transaction makes durable of a step, all or nothing: `settled` is how an effect ended, `records` the
-- records of that; `proposal`, `decision` and `end` are {row, records}, and what of them stands already is left as it is,
-- with its records. Answers whether the decision is the one that stands now. Accounts of limits are locked before the case,
-- as everywhere: rows first, all records last.
create function record_step(p jsonb) returns boolean language plpgsql as $$
declare
  v_company text := p->>'company';
  v_records jsonb := p->'records';
  v_decided boolean := false;
begin
  if p ? 'settled' then
    update effect set state = p #>> '{settled,state}', external_ref = p #>> '{settled,externalRef}',
                      detail = p #>> '{settled,detail}', settled_at = (p #>> '{settled,at}')::timestamptz
    where company = v_company and effect_key = p #>> '{settled,effectKey}' and state in ('intent', 'unknown')
      and state <> p #>> '{settled,state}';
  end if;
  if p ? 'proposal' and keep_proposal(p #> '{proposal,row}') then
    v_records := v_records || (p #> '{proposal,records}');
  end if;
  if p ? 'decision' then
    v_decided := keep_decision(p #> '{decision,row}');
    if v_decided then
      v_records := v_records || (p #> '{decision,records}');
    end if;
  end if;
  if p ? 'end' and not exists (select 1 from audit_record where company = v_company and key = p #>> '{end,row,recordKey}') then
    perform release_unbegun(v_company, p #>> '{end,row,caseId}');
    v_records := v_records || (p #> '{end,records}');
  end if;
  if v_records <> '[]' then
    perform append_records(v_company, v_records);
  end if;
  return v_decided;
end $$;

-- As in 0016: what is told once per case is not told again by a case that is started anew for the same event.
create or replace function append_once(p_company text, p_case text, p_kind text, p_key text, p_parts text)
returns void language plpgsql as $$
begin
  if exists (select 1 from audit_record where company = p_company and key = p_key) then
    return;
  end if;
  if p_kind = 'case_end' then
    perform release_unbegun(p_company, p_case);
  end if;
  begin
    perform append_record(p_company, p_case, p_kind, p_key, p_parts);
  exception when sqlstate 'MA001' then
    -- Somebody told it at the same moment, in other words: the first one stands.
    null;
  end;
end $$;

-- As in 0011, by `record_step`: `step` is what that takes, and the policy's document was written ahead.
create or replace function record_service_decision(p jsonb) returns text language plpgsql as $$
declare
  d jsonb := p #> '{step,decision,row}';
begin
  if d->>'permitId' is not null
     and exists (select 1 from kill_switch where company = d->>'company' and function_id in (p->>'functionId', '*'))
     and not exists (select 1 from decision where company = d->>'company' and decision_id = d->>'decisionId') then
    return 'stopped';
  end if;
  if not record_step(p->'step') then
    return 'known';
  end if;
  if jsonb_typeof(p->'escalation') = 'object' then
    perform open_escalation(p->'escalation');
  end if;
  return 'fresh';
end $$;

create or replace function record_service_decisions(p_policies jsonb, p_items jsonb) returns jsonb language plpgsql as $$
declare
  r record;
  v_answers jsonb[] := array_fill(null::jsonb, array[jsonb_array_length(p_items)]);
begin
  insert into policy_version (company, policy_id, version, document)
    select company, "policyId", version, document
    from jsonb_to_recordset(p_policies) as q (company text, "policyId" text, version text, document text)
    order by company, "policyId", version
    on conflict do nothing;
  begin
    for r in select value, ordinality as n from jsonb_array_elements(p_items) with ordinality
             order by value #>> '{step,decision,row,stepKey}', n loop
      v_answers[r.n] := jsonb_build_object('state', record_service_decision(r.value));
    end loop;
  exception when others then
    for r in select value, ordinality as n from jsonb_array_elements(p_items) with ordinality
             order by value #>> '{step,decision,row,stepKey}', n loop
      begin
        v_answers[r.n] := jsonb_build_object('state', record_service_decision(r.value));
      exception when others then
        v_answers[r.n] := jsonb_build_object('fault', sqlerrm, 'code', sqlstate);
      end;
    end loop;
  end;
  return to_jsonb(v_answers);
end $$;

drop function store_findings(jsonb);
drop function record_proposal(jsonb);
drop function record_review(jsonb);
drop function record_turn(jsonb);
drop function record_decision(jsonb);
drop function settle_effect(jsonb);

select secure_functions();
do $$
declare
  f text;
begin
  for f in
    select p.oid::regprocedure::text from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname = any (array[
      'append_once', 'append_records', 'keep_decision', 'keep_proposal', 'record_service_decisions', 'record_step'])
  loop
    execute format('alter function %s set plan_cache_mode = force_generic_plan', f);
  end loop;
end $$;
