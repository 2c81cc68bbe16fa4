-- Decisions that the decide service takes: proposal, decision, permit or escalation, and their records, all or nothing.
-- Many of them share one commit.

-- `known` when this gate was passed before: what stands then is the first decision, with its proposal. `stopped`, and
-- nothing written, when a permit would be given while the kill switch is on: its effect happens out of our reach.
create function record_service_decision(p jsonb) returns text language plpgsql as $$
begin
  if p #>> '{decision,permitId}' is not null
     and exists (select 1 from kill_switch where company = p #>> '{decision,company}' and function_id in (p->>'functionId', '*'))
     and not exists (select 1 from decision where company = p #>> '{decision,company}' and decision_id = p #>> '{decision,decisionId}') then
    return 'stopped';
  end if;
  if jsonb_typeof(p->'proposal') = 'object' then
    perform record_proposal(p->'proposal');
  end if;
  if not record_decision(p->'decision' || jsonb_build_object('policyDocument', '')) then
    return 'known';
  end if;
  if jsonb_typeof(p->'escalation') = 'object' then
    perform open_escalation(p->'escalation');
  end if;
  return 'fresh';
end $$;

-- Records a batch and answers for each item, in the order given, `{state}` or `{fault, code}`. An item that cannot be
-- kept fails alone: when one does, the batch is undone and each item tried by itself. Policies are written ahead of the
-- decisions that name them, so that a document travels once per batch. Locks are taken in one order: version, then case.
create function record_service_decisions(p_policies jsonb, p_items jsonb) returns jsonb language plpgsql as $$
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
             order by value #>> '{decision,stepKey}', n loop
      v_answers[r.n] := jsonb_build_object('state', record_service_decision(r.value));
    end loop;
  exception when others then
    for r in select value, ordinality as n from jsonb_array_elements(p_items) with ordinality
             order by value #>> '{decision,stepKey}', n loop
      begin
        v_answers[r.n] := jsonb_build_object('state', record_service_decision(r.value));
      exception when others then
        v_answers[r.n] := jsonb_build_object('fault', sqlerrm, 'code', sqlstate);
      end;
    end loop;
  end;
  return to_jsonb(v_answers);
end $$;

-- Who asked the service does not answer, in whoever's name the request was made.
create function approval_not_by_caller() returns trigger language plpgsql as $$
begin
  if exists (
    select 1 from escalation s join decision d using (company, decision_id) join proposal q using (company, proposal_id)
    where s.company = new.company and s.escalation_id = new.escalation_id
      and q.tool = 'external' and q.args->>'caller' = new.person_id
  ) then
    raise exception 'OWN_REQUEST: % asked for what % decides', new.person_id, new.escalation_id using errcode = '42501';
  end if;
  return new;
end $$;
create trigger approval_not_by_caller before insert on approval for each row execute function approval_not_by_caller();

-- Escalations of the decide service have no workflow that waits for their deadline.
create index escalation_of_service on escalation (company, due_at)
  where state = 'open' and starts_with(case_id, company || ':decisions:');
