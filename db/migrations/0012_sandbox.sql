-- The sandbox: one counter-party that stands in for every outside system. It keeps what each system holds, its own
-- idempotency and its own record of every call, so that it can be asked what happened without asking Mandate.
create schema sandbox;

-- What a system holds; readings come from here. An object of type `$fault`, named by an operation, is what somebody has
-- scripted for that operation's next calls: `plan` is an array of {kind, times, text, delayMs}, the first of them next.
create table sandbox.object (
  company text not null,
  system text not null,
  object_type text not null,
  object_id text not null,
  version int not null default 1,
  properties jsonb not null,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (company, system, object_type, object_id)
);

-- What was said between us and a system, in order. A call of ours ends as `done` (once per key), `replayed` (the same
-- again, the first answer), `key-reused`, `no-object`, `move-on` (something else stands by now), or by the fault under which nothing happened. What the system
-- tells of its own accord (operation `tell`) is `due`, or `held` until something later was told; then `told`, or
-- `turned-away` by our door.
create table sandbox.call (
  company text not null,
  call_id bigint generated always as identity,
  called_at timestamptz not null default clock_timestamp(),
  system text not null,
  operation text not null,
  key text not null,
  request jsonb not null,
  answer jsonb,
  outcome text not null,
  fault text,
  primary key (call_id, company)
);
create unique index call_once on sandbox.call (company, system, key) where outcome = 'done';
create index call_waiting on sandbox.call (company, system, call_id) where outcome in ('due', 'held');

-- Takes the next fault that is scripted for an operation, if any.
create function sandbox.take_fault(p_company text, p_system text, p_operation text) returns jsonb language plpgsql as $$
declare
  v_plan jsonb;
  v_times int;
begin
  select o.properties->'plan' into v_plan from sandbox.object o
    where o.company = p_company and o.system = p_system and o.object_type = '$fault' and o.object_id = p_operation
      and o.properties->'plan' <> '[]' for update;
  if not found then
    return null;
  end if;
  v_times := (v_plan->0->>'times')::int;
  update sandbox.object o
    set properties = jsonb_build_object('plan',
          case when v_times > 1 then jsonb_set(v_plan, '{0,times}', to_jsonb(v_times - 1)) else v_plan - 0 end),
        version = o.version + 1, updated_at = clock_timestamp()
    where o.company = p_company and o.system = p_system and o.object_type = '$fault' and o.object_id = p_operation;
  return v_plan->0;
end $$;

-- Keeps what a system will tell, an event a millisecond. `answer-twice`: each event twice, under the same key.
-- `out-of-order`: the first waits until a later one was told, of this call or of another.
create function sandbox.tell(p_company text, p_system text, p_key text, p_events jsonb, p_fault text)
returns void language sql as $$
  insert into sandbox.call (company, called_at, system, operation, key, request, outcome, fault)
    select p_company, now() + n * interval '1 ms', p_system, 'tell', p_key || '#' || n, event,
           case when p_fault = 'out-of-order' and n = 1 then 'held' else 'due' end, p_fault
    from jsonb_array_elements(p_events) with ordinality as e (event, n),
         generate_series(1, case when p_fault = 'answer-twice' then 2 else 1 end)
    order by n
$$;

-- Answers one call. Idempotent by the caller's key: the same request again is answered from the record, another request
-- is refused. `p_change` is {type, id, set}: an object that must be there takes these properties (none: it only has to be
-- there), and without an id a new one is made that has the answer's reference for its name. With {standing: {type, id,
-- replaces}} that new one is from now on what stands under a name, in place of the one that `replaces` names, which is
-- revoked; when that is not the one that stands, nothing is done. `p_tells` is what the system
-- tells afterwards.
create function sandbox.ask(p_company text, p_system text, p_operation text, p_key text, p_request jsonb, p_change jsonb,
                            p_tells jsonb, p_ref_prefix text)
returns table (outcome text, answer jsonb, fault jsonb) language plpgsql as $$
declare
  v_first sandbox.call%rowtype;
  v_ref text := p_ref_prefix || '-' || upper(substr(md5(p_key), 1, 10));
begin
  perform pg_advisory_xact_lock(hashtext(p_company || '/' || p_system), hashtext(p_key));
  fault := sandbox.take_fault(p_company, p_system, p_operation);
  select * into v_first from sandbox.call c
    where c.company = p_company and c.system = p_system and c.key = p_key and c.outcome = 'done';
  if fault->>'kind' in ('refuse', 'unavailable', 'rate-limit', 'move-on') then
    outcome := fault->>'kind';
  elsif v_first.call_id is null then
    outcome := 'done';
    if p_change ? 'standing' then
      insert into sandbox.object as o (company, system, object_type, object_id, properties)
        values (p_company, p_system, p_change #>> '{standing,type}', p_change #>> '{standing,id}',
                jsonb_build_object('ref', v_ref, 'asked', p_change->'set'))
        on conflict (company, system, object_type, object_id) do update
          set properties = excluded.properties, version = o.version + 1, updated_at = clock_timestamp()
          where o.properties->>'ref' is not distinct from p_change #>> '{standing,replaces}';
      if found then
        update sandbox.object o
          set properties = o.properties || jsonb_build_object('state', 'revoked', 'replacedBy', v_ref),
              version = o.version + 1, updated_at = clock_timestamp()
          where o.company = p_company and o.system = p_system and o.object_type = p_change->>'type'
            and o.object_id = p_change #>> '{standing,replaces}';
      else
        outcome := 'move-on';
      end if;
    end if;
    if outcome = 'move-on' then
      null;
    elsif p_change is not null and p_change->>'id' is null then
      insert into sandbox.object (company, system, object_type, object_id, properties)
        values (p_company, p_system, p_change->>'type', v_ref, p_change->'set');
    elsif p_change->'set' = '{}' then
      perform from sandbox.object o
        where o.company = p_company and o.system = p_system and o.object_type = p_change->>'type'
          and o.object_id = p_change->>'id';
      outcome := case when found then outcome else 'no-object' end;
    elsif p_change is not null then
      update sandbox.object o
        set properties = o.properties || (p_change->'set'), version = o.version + 1, updated_at = clock_timestamp()
        where o.company = p_company and o.system = p_system and o.object_type = p_change->>'type'
          and o.object_id = p_change->>'id'
        returning (p_change->>'type') || '/' || (p_change->>'id') || '@' || o.version into v_ref;
      outcome := case when found then outcome else 'no-object' end;
    end if;
    if outcome = 'done' then
      answer := jsonb_build_object('externalRef', v_ref,
        'answeredAt', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
    end if;
  elsif v_first.operation = p_operation and v_first.request = p_request then
    outcome := 'replayed';
    answer := v_first.answer;
  else
    outcome := 'key-reused';
  end if;
  insert into sandbox.call (company, system, operation, key, request, answer, outcome, fault)
    values (p_company, p_system, p_operation, p_key, p_request, answer, outcome, fault->>'kind');
  if outcome = 'done' and fault->>'kind' = 'answer-twice' then
    insert into sandbox.call (company, system, operation, key, request, answer, outcome, fault)
      values (p_company, p_system, p_operation, p_key, p_request, answer, 'replayed', fault->>'kind');
  end if;
  if outcome = 'done' and p_tells <> '[]' then
    perform sandbox.tell(p_company, p_system, p_key, p_tells, fault->>'kind');
  end if;
  return next;
end $$;

-- Every case calls it: one plan serves all calls.
alter function sandbox.ask(text, text, text, text, jsonb, jsonb, jsonb, text) set plan_cache_mode = force_generic_plan;

grant usage on schema sandbox to mandate_app;
grant select, insert, update (version, properties, updated_at) on sandbox.object to mandate_app;
grant select, insert, update (outcome) on sandbox.call to mandate_app;

-- Working days played on the sandbox, so that an interrupted one is continued and the next one is new.
create table working_day (
  company text not null,
  day int not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (company, day)
);
grant select, insert, update (finished_at) on working_day to mandate_app;
