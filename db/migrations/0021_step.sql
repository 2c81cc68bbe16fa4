-- What one transaction of a governed step makes durable: rows and their records together, in one statement.

-- The workflow run that made an intent known: `act` calls out without asking the target first only within that run.
alter table effect add column run_id text;

-- Appends many records of one company as `append_record` does, in the order given, and answers their numbers. A draft is
-- {caseId, kind, key, parts}; it may rest on one that stands before it. Records that are all new, as is usual, are written
-- together; otherwise one after the other. Cases are locked in one order.
create or replace function append_records(p_company text, p_drafts jsonb) returns bigint[] language plpgsql as $$
declare
  v_count int := jsonb_array_length(p_drafts);
  -- Keys of the new records; then all whose leaves are wanted, theirs and those of what they rest on.
  v_keys text[] := '{}';
  v_wanted text[] := '{}';
  v_hashes text[];
  -- What is locked: each log and case of the batch, the numbers given there before, and how many of the batch go there.
  v_logs text[] := '{}';
  v_cases text[] := '{}';
  v_sizes bigint[] := '{}';
  v_numbers bigint[] := '{}';
  v_before bigint;
  v_subjects text[];
  v_sealed bytea[];
  v_all_subjects text[] := '{}';
  v_envelope text;
  v_leaf bytea;
  v_rests text;
  v_at int;
  d jsonb;
  v_parts jsonb;
begin
  -- Expressions alone in these loops start no query.
  for i in 0..v_count - 1 loop
    d := p_drafts->i;
    if d->>'key' = any (v_keys) then
      return append_one_by_one(p_company, p_drafts);
    end if;
    v_keys := v_keys || (d->>'key');
    v_parts := d->'parts';
    for j in 0..jsonb_array_length(v_parts->'parents') - 1 loop
      v_wanted := v_wanted || (v_parts->'parents'->>j);
    end loop;
    v_at := 1;
    while v_at <= cardinality(v_cases) and (v_logs[v_at] <> v_parts->>'log' or v_cases[v_at] <> d->>'caseId') loop
      v_at := v_at + 1;
    end loop;
    v_logs[v_at] := v_parts->>'log';
    v_cases[v_at] := d->>'caseId';
    v_sizes[v_at] := coalesce(v_sizes[v_at], 0) + 1;
  end loop;
  v_wanted := v_keys || v_wanted;
  v_hashes := array(select (select encode(x.leaf_hash, 'hex') from audit_place x where x.company = p_company and x.key = w.key)
                    from unnest(v_wanted) with ordinality as w (key, place) order by place);
  for i in 1..v_count loop
    if v_hashes[i] is not null then
      return append_one_by_one(p_company, p_drafts);
    end if;
  end loop;
  if cardinality(v_cases) = 1 then
    insert into case_head as h (company, log, case_id, records) values (p_company, v_logs[1], v_cases[1], v_sizes[1])
      on conflict (company, log, case_id) do update set records = h.records + excluded.records
      returning h.records - v_sizes[1] into v_before;
    v_sizes[1] := v_before;
  else
    with head as (
      insert into case_head as h (company, log, case_id, records)
        select p_company, c.log, c.case_id, c.size from unnest(v_logs, v_cases, v_sizes) as c (log, case_id, size)
        order by c.case_id, c.log
        on conflict (company, log, case_id) do update set records = h.records + excluded.records
        returning h.log, h.case_id, h.records)
    select array_agg(head.records - c.size order by c.place) into v_sizes
      from unnest(v_logs, v_cases, v_sizes) with ordinality as c (log, case_id, size, place) join head using (log, case_id);
  end if;
  for i in 1..v_count loop
    d := p_drafts->(i - 1);
    v_parts := d->'parts';
    v_at := 1;
    while v_logs[v_at] <> v_parts->>'log' or v_cases[v_at] <> d->>'caseId' loop
      v_at := v_at + 1;
    end loop;
    v_sizes[v_at] := v_sizes[v_at] + 1;
    v_numbers[i] := v_sizes[v_at];
    v_rests := '';
    for j in 0..jsonb_array_length(v_parts->'parents') - 1 loop
      v_at := array_position(v_wanted, v_parts->'parents'->>j);
      if v_hashes[v_at] is not null then
        v_rests := v_rests || case v_rests when '' then '"' else ',"' end || v_hashes[v_at] || '"';
      end if;
    end loop;
    v_envelope := v_parts->>'head' || v_numbers[i] || (v_parts->>'middle') || '[' || v_rests || ']' || (v_parts->>'tail');
    v_leaf := sha256('\x00'::bytea || convert_to(v_envelope, 'UTF8'));
    v_hashes[i] := encode(v_leaf, 'hex');
    v_subjects := '{}';
    v_sealed := '{}';
    for j in 0..jsonb_array_length(v_parts->'bodies') - 1 loop
      v_subjects := v_subjects || (v_parts->'bodies'->j->>'subject');
      v_sealed := v_sealed || decode(v_parts->'bodies'->j->>'sealed', 'base64');
    end loop;
    v_all_subjects := v_all_subjects || v_subjects;
    insert into audit_record (company, log, case_id, n, kind, key, envelope, subjects, sealed)
      values (p_company, v_parts->>'log', d->>'caseId', v_numbers[i], d->>'kind', v_keys[i], v_envelope, v_subjects, v_sealed);
    insert into audit_place (company, log, key, leaf_hash, urgent)
      values (p_company, v_parts->>'log', v_keys[i], v_leaf, (v_parts->>'urgent')::boolean);
    if v_parts->'blobs' <> '[]' then
      insert into audit_blob (company, digest, subject_id, sealed)
        select p_company, blob->>'digest', blob->>'subject', decode(blob->>'sealed', 'base64')
        from jsonb_array_elements(v_parts->'blobs') as blob on conflict do nothing;
    end if;
  end loop;
  if not all_readable(p_company, array(select distinct s from unnest(v_all_subjects) as s)) then
    raise exception 'ERASED: a record is about somebody who was erased' using errcode = 'MA002';
  end if;
  return v_numbers;
end $$;

-- For a batch that repeats a key, or of which something stands already.
create function append_one_by_one(p_company text, p_drafts jsonb) returns bigint[] language sql as $$
  select array_agg(ordered.n order by ordered.place) from (
    select place, append_record(p_company, d->>'caseId', d->>'kind', d->>'key', (d->'parts')::text) as n
    from (select d, place from jsonb_array_elements(p_drafts) with ordinality as given (d, place)
          order by d->>'caseId', place offset 0) as d offset 0) as ordered
$$;

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

-- As in 0009, with the asked accounts looked up once before they are locked and once after.
create or replace function ask_limits(p jsonb)
returns table (limit_id text, window_from timestamptz, window_until timestamptz, used bigint, reserved bigint)
language plpgsql as $$
declare
  v_timeout text := current_setting('lock_timeout');
  v_limits text[];
  v_accounts text[];
  v_windows timestamptz[];
begin
  perform set_config('lock_timeout', '5s', true);
  select array_agg(a.limit_id), array_agg(a.account), array_agg(a.window_from) into v_limits, v_accounts, v_windows
    from limit_asks(p) a;
  insert into limit_account (company, policy_id, limit_id, account, window_from)
    select p->>'company', p->>'policyId', a.limit_id, a.account, a.window_from
    from unnest(v_limits, v_accounts, v_windows) as a (limit_id, account, window_from)
    order by a.limit_id, a.account, a.window_from
    on conflict do nothing;
  perform 1 from limit_account t
    where t.company = p->>'company' and (t.policy_id, t.limit_id, t.account, t.window_from) in (
      select p->>'policyId', a.limit_id, a.account, a.window_from
      from unnest(v_limits, v_accounts, v_windows) as a (limit_id, account, window_from)
      union all
      select r.policy_id, r.limit_id, r.account, r.window_from from limit_reservation r
      where r.company = p->>'company' and r.case_id = p->>'caseId' and r.state in ('reserved', 'committed'))
    order by t.policy_id, t.limit_id, t.account, t.window_from
    for update;
  return query
    with a as materialized (select * from limit_asks(p)),
      noted as (
        insert into limit_reservation (company, decision_id, limit_id, policy_id, case_id, step_key, gate, account,
                                       window_from, window_until, amount, cap, replaces, held, state)
          select p->>'company', p->>'decisionId', a.limit_id, p->>'policyId', p->>'caseId', p->>'stepKey',
                 (p->>'gate')::int, a.account, a.window_from, a.window_until, a.amount, a.cap, a.replaces, a.held, 'asked'
          from a
          on conflict do nothing)
    select a.limit_id, nullif(a.window_from, '-infinity'), a.window_until, a.used, a.reserved from a order by a.n;
  perform set_config('lock_timeout', v_timeout, true);
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
      'append_once', 'append_records', 'ask_limits', 'record_service_decisions', 'record_step'])
  loop
    execute format('alter function %s set plan_cache_mode = force_generic_plan', f);
  end loop;
end $$;
