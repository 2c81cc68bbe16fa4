-- What came in and what must be told.

-- Events as they came in, durable before they are answered and kept for ever: the unique key is the deduplication.
create table inbox (
  company text not null,
  event_id text not null,
  source text not null,
  source_key text not null,
  body_digest text not null,
  -- The function that hears it: an event that several hear has a row for each. Null: none does.
  function_id text,
  -- The system of record that keeps the object; `source` is who told of it.
  system text not null,
  object_type text not null,
  object_id text not null,
  occurred_at timestamptz not null,
  -- When the source says that it happened, where that could not be believed and the arrival counts. Null: `occurred_at` is it.
  said_at text,
  -- Its source says that the object is gone.
  gone boolean not null default false,
  received_at timestamptz not null default clock_timestamp(),
  body jsonb not null,
  -- W3C trace context of whoever brought it, where somebody watched: ids alone.
  traceparent text,
  -- pending: waits for the relay. dispatched: its case has it. ignored: no function listens, or no case of it knows the object. late: a newer one came first.
  state text not null check (state in ('pending', 'dispatched', 'ignored', 'late')),
  dispatched_at timestamptz,
  attempts int not null default 0,
  retry_at timestamptz not null default clock_timestamp(),
  primary key (event_id, company)
);
create unique index inbox_once on inbox (company, source, source_key, body_digest, function_id) nulls not distinct
  where source is not null;
-- Rows the relay still has to tell: pending ones to their case, late ones to the audit record. Those of batches and
-- sweeps go last.
create index inbox_untold on inbox (company, (source in ('batch', 'schedule')), retry_at)
  where dispatched_at is null and state in ('pending', 'late');
create index inbox_by_arrival on inbox (company, received_at, event_id) where received_at is not null;
create index inbox_late on inbox (company, received_at, event_id) where state = 'late';
create index inbox_ignored on inbox (company, source, object_type, object_id) where state = 'ignored';
-- Who asks twice under one key asks once: another body under it is refused.
create unique index inbox_asked on inbox (company, source_key) where source = 'asked';
-- What batches and sweeps said of an object.
create index inbox_of_bulk on inbox (company, function_id, object_type, object_id) where source in ('batch', 'schedule');
grant select, insert, update (state, dispatched_at, attempts, retry_at) on inbox to mandate_app;

-- Objects whose own id tells whose it is, such as an address: cases, records and the engine know them by a keyed digest. An
-- erasure takes the way back.
create table object_name (
  company text not null,
  name text not null check (name ~ '^own-[0-9a-f]{40}$'),
  object_id text not null,
  primary key (name, company)
);
create index object_name_by_id on object_name (company, lower(object_id)) where object_id is not null;
grant select, insert on object_name to mandate_app;

-- The newest occurrence seen per function and object: an older delivery never moves the object backwards.
create table inbox_clock (
  company text not null,
  function_id text not null,
  object_type text not null,
  object_id text not null,
  occurred_at timestamptz not null,
  primary key (company, function_id, object_type, object_id)
);
grant select, insert, update (occurred_at) on inbox_clock to mandate_app;

-- What other processes must be told, written in the transaction that made it true.
create table outbox (
  outbox_id bigint generated always as identity primary key,
  company text not null,
  topic text not null check (topic in ('verdict', 'question', 'case-end', 'reply', 'agreement', 'word')),
  key text not null,
  payload jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  delivered_at timestamptz,
  attempts int not null default 0,
  retry_at timestamptz not null default clock_timestamp()
);
create unique index outbox_once on outbox (company, topic, key) where key is not null;
create index outbox_waiting on outbox (company, retry_at) where delivered_at is null;
grant select, insert, update (delivered_at, attempts, retry_at) on outbox to mandate_app;

-- Functions whose cases' ends are told to the functions that follow them: what a gateway that knows a follower says when it
-- starts. A follower hears what ends from then on.
create table followed_function (
  company text not null,
  function_id text not null,
  primary key (company, function_id)
);
grant select, insert on followed_function to mandate_app;

-- The end of a followed function's case is told: in the transaction of its record, whoever appends it. The key is the case
-- and its event.
create function case_end_is_told() returns trigger language plpgsql as $$
begin
  if exists (select from followed_function f where f.company = new.company
             and starts_with(new.case_id, f.company || ':' || f.function_id || ':')) then
    insert into outbox (company, topic, key, payload)
    values (new.company, 'case-end', left(new.key, -length('/end')),
            jsonb_build_object('caseId', new.case_id, 'recordKey', new.key));
  end if;
  return null;
end $$;
create trigger audit_record_case_end after insert on audit_record
  for each row when (new.kind = 'case_end') execute function case_end_is_told();
grant select on followed_function to mandate_recorder;
grant insert on outbox to mandate_recorder;

-- A case's name as domain/ids.ts builds it; a test holds the two equal.
create function case_id_of(p_company text, p_function text, p_system text, p_type text, p_id text)
returns text language sql immutable as $$
  select p_company || ':' || p_function || ':' || p_system || '-' || p_type || '-' || p_id
$$;

-- Stores a batch in the order given and answers one outcome per event: accepted, duplicate, ignored or late. As if each
-- event had come alone: a newer one of the same function and object makes every later delivery of an older one late. What is
-- stamped on arrival was made here and comes after all that came before: it takes the newest stamp there is. What only a known object's case
-- is told of is ignored for every other object.
-- Locks are taken in one order (object, then arrival), so that two batches cannot wait for each other.
create function accept_events(p_rows jsonb) returns text[] language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  r record;
  v_newest timestamptz;
  v_occurred timestamptz;
  v_state text;
  v_outcomes text[] := array_fill(null::text, array[jsonb_array_length(p_rows)]);
begin
  for r in
    select * from rows from (jsonb_to_recordset(p_rows) as (company text, "eventId" text, source text, "sourceKey" text,
      "bodyDigest" text, "functionId" text, system text, "objectType" text, "objectId" text, "occurredAt" timestamptz,
      stamp text, "saidAt" text, "ofKnown" boolean, gone boolean, body jsonb, traceparent text))
      with ordinality as e (company, event_id, source, source_key, body_digest, function_id, system, object_type,
        object_id, occurred_at, stamp, said_at, of_known, gone, body, traceparent, n)
    order by company, function_id nulls last, object_type, object_id,
      case when function_id is null then source_key end, n
  loop
    v_state := 'ignored';
    v_occurred := r.occurred_at;
    if r.function_id is not null and (r.of_known is not true or exists (
         select from inbox_clock k where k.company = r.company and k.function_id = r.function_id
           and k.object_type = r.object_type and k.object_id = r.object_id)) then
      insert into inbox_clock as clock (company, function_id, object_type, object_id, occurred_at)
        values (r.company, r.function_id, r.object_type, r.object_id, r.occurred_at)
        on conflict (company, function_id, object_type, object_id)
          do update set occurred_at = greatest(clock.occurred_at, excluded.occurred_at)
        returning occurred_at into v_newest;
      v_occurred := case when r.stamp = 'arrival' then v_newest else r.occurred_at end;
      v_state := case when v_occurred < v_newest then 'late' else 'pending' end;
    end if;
    insert into inbox (company, event_id, source, source_key, body_digest, function_id, system, object_type, object_id,
                       occurred_at, said_at, gone, body, traceparent, state)
      values (r.company, r.event_id, r.source, r.source_key, r.body_digest, r.function_id, r.system, r.object_type, r.object_id,
              v_occurred, r.said_at, r.gone is true, r.body, r.traceparent, v_state)
      on conflict do nothing;
    v_outcomes[r.n] := case when not found then 'duplicate' when v_state = 'pending' then 'accepted' else v_state end;
  end loop;
  return v_outcomes;
end $$;
