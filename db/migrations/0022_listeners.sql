-- One event may be heard by several functions, each in its own case; an object is named by its system of record.
alter table inbox add column system text not null default 'crm';
alter table inbox alter column system drop default;
alter table inbox drop constraint inbox_company_source_source_key_body_digest_key;
alter table inbox add unique nulls not distinct (company, source, source_key, body_digest, function_id);

create or replace function accept_events(p_rows jsonb) returns text[] language plpgsql as $$
declare
  r record;
  v_newest timestamptz;
  v_state text;
  v_outcomes text[] := array_fill(null::text, array[jsonb_array_length(p_rows)]);
begin
  for r in
    select * from rows from (jsonb_to_recordset(p_rows) as (company text, "eventId" text, source text, "sourceKey" text,
      "bodyDigest" text, "functionId" text, system text, "objectType" text, "objectId" text, "occurredAt" timestamptz,
      body jsonb))
      with ordinality as e (company, event_id, source, source_key, body_digest, function_id, system, object_type,
        object_id, occurred_at, body, n)
    order by company, function_id nulls last, object_type, object_id,
      case when function_id is null then source_key end, n
  loop
    v_state := 'ignored';
    if r.function_id is not null then
      insert into inbox_clock as clock (company, function_id, object_type, object_id, occurred_at)
        values (r.company, r.function_id, r.object_type, r.object_id, r.occurred_at)
        on conflict (company, function_id, object_type, object_id)
          do update set occurred_at = greatest(clock.occurred_at, excluded.occurred_at)
        returning occurred_at into v_newest;
      v_state := case when r.occurred_at < v_newest then 'late' else 'pending' end;
    end if;
    insert into inbox (company, event_id, source, source_key, body_digest, function_id, system, object_type, object_id,
                       occurred_at, body, state)
      values (r.company, r.event_id, r.source, r.source_key, r.body_digest, r.function_id, r.system, r.object_type,
              r.object_id, r.occurred_at, r.body, v_state)
      on conflict do nothing;
    v_outcomes[r.n] := case when not found then 'duplicate' when v_state = 'pending' then 'accepted' else v_state end;
  end loop;
  return v_outcomes;
end $$;

create or replace function open_matter_of_case(p_company text, p_case text, p_at timestamptz) returns text language sql stable as $$
  select coalesce(
    (select 'escalation ' || s.escalation_id || ' waits for ' || s.role from escalation s
     where s.company = p_company and s.case_id = p_case and s.state = 'open' limit 1),
    (select 'effect ' || e.effect_key || ' is in state ' || e.state from effect e
     where e.company = p_company and e.case_id = p_case and e.state in ('intent', 'unknown') limit 1),
    (select 'event ' || i.event_id || ' waits to be brought to it' from inbox i
     where i.company = p_company and i.dispatched_at is null and i.state in ('pending', 'late')
       and case_id_of(i.company, i.function_id, i.system, i.object_type, i.object_id) = p_case limit 1),
    (select 'it works on event ' || newest.event_id from (
       select left(r.key, -length('/event')) as event_id, p_case || '/' || left(r.key, -length('/event')) || '/end' as end_key,
         r.recorded_at
       from audit_record r
       where r.company = p_company and r.log = p_company and r.case_id = p_case and r.kind = 'event'
         and r.envelope::jsonb #>> '{fields,state}' is distinct from 'late'
       order by r.n desc limit 1) newest
     where newest.recorded_at > p_at - interval '183 days'
       and not exists (select from audit_record x where x.company = p_company and x.key = newest.end_key)),
    (select 'registration ' || g.registration_id || ' is in force until ' || to_char(g.expires_at at time zone 'UTC', 'YYYY-MM-DD')
     from effect e join programme.registration g using (company, effect_key)
     where e.company = p_company and e.case_id = p_case and g.expires_at > p_at limit 1))
$$;
