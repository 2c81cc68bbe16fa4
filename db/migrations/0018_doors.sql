-- What the doors keep beside the inbox: events that could not be taken, and how many questions each token opened.

-- An event that came and could not be taken. What it says, and why it was not taken, stand in its record alone, sealed: an
-- erasure finds no such words here.
create table quarantined_event (
  company text not null,
  quarantine_id text not null,
  source text not null,
  -- unreadable: no JSON that is read exactly. not-a-batch: not what the source posts. unknown-shape: not one of its events.
  -- stamp: its time is none. foreign-portal: another account's. key-reused: its id named something else before.
  code text not null check (code in ('unreadable', 'not-a-batch', 'unknown-shape', 'stamp', 'foreign-portal', 'key-reused')),
  state text not null check (state in ('held', 'replayed', 'dropped')),
  -- The company's clock.
  received_at timestamptz not null,
  -- How often it came.
  times int not null default 1 check (times > 0),
  settled_at timestamptz check ((settled_at is null) = (state = 'held')),
  primary key (quarantine_id, company)
);
create index quarantined_by_arrival on quarantined_event (company, received_at, quarantine_id) where received_at is not null;
create index quarantined_held on quarantined_event (company, received_at, quarantine_id) where state = 'held';
grant select, insert, update (state, times, settled_at) on quarantined_event to mandate_app;

-- What was settled stays so.
create function quarantined_is_settled_once() returns trigger language plpgsql as $$
begin
  if old.state <> 'held' and (new.state, new.settled_at) is distinct from (old.state, old.settled_at) then
    raise exception 'APPEND_ONLY: % of % is % for ever', old.quarantine_id, old.company, old.state using errcode = '42501';
  end if;
  return new;
end $$;
create trigger quarantined_is_settled_once before update on quarantined_event
  for each row execute function quarantined_is_settled_once();
create trigger quarantined_is_kept before delete on quarantined_event for each row execute function refuse_change();
create trigger quarantined_keeps_all before truncate on quarantined_event for each statement execute function refuse_change();

-- When the source says that it happened, where that could not be believed and the arrival counts. Null: `occurred_at` is it.
alter table inbox add column said_at text;

create index inbox_late on inbox (company, received_at, event_id) where state = 'late';

-- As before, and keeps what the source said.
create or replace function accept_events(p_rows jsonb) returns text[] language plpgsql set plan_cache_mode = force_generic_plan as $$
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
      stamp text, "saidAt" text, body jsonb))
      with ordinality as e (company, event_id, source, source_key, body_digest, function_id, system, object_type,
        object_id, occurred_at, stamp, said_at, body, n)
    order by company, function_id nulls last, object_type, object_id,
      case when function_id is null then source_key end, n
  loop
    v_state := 'ignored';
    v_occurred := r.occurred_at;
    if r.function_id is not null then
      insert into inbox_clock as clock (company, function_id, object_type, object_id, occurred_at)
        values (r.company, r.function_id, r.object_type, r.object_id, r.occurred_at)
        on conflict (company, function_id, object_type, object_id)
          do update set occurred_at = greatest(clock.occurred_at, excluded.occurred_at)
        returning occurred_at into v_newest;
      v_occurred := case when r.stamp = 'arrival' then v_newest else r.occurred_at end;
      v_state := case when v_occurred < v_newest then 'late' else 'pending' end;
    end if;
    insert into inbox (company, event_id, source, source_key, body_digest, function_id, system, object_type, object_id,
                       occurred_at, said_at, body, state)
      values (r.company, r.event_id, r.source, r.source_key, r.body_digest, r.function_id, r.system, r.object_type, r.object_id,
              v_occurred, r.said_at, r.body, v_state)
      on conflict do nothing;
    v_outcomes[r.n] := case when not found then 'duplicate' when v_state = 'pending' then 'accepted' else v_state end;
  end loop;
  return v_outcomes;
end $$;

-- The questions that a token opened, for as long as they count. Whose it is, is a digest.
create table question_asked (
  company text not null,
  asker text not null,
  step_key text not null,
  -- The company's clock.
  asked_at timestamptz not null,
  primary key (step_key, company)
);
create index question_asked_by on question_asked (company, asker, asked_at) where asked_at is not null;
grant select, insert, delete on question_asked to mandate_app;

-- Takes one of the `p_most` questions that an asker may open in an hour before `p_at`, and answers null; or answers when the
-- next one may be opened. A question that was taken is taken again without being counted twice.
create function take_question(p_company text, p_asker text, p_step text, p_at timestamptz, p_most int)
returns timestamptz language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_since timestamptz := p_at - interval '1 hour';
  v_counted bigint;
  v_room_at timestamptz;
begin
  perform pg_advisory_xact_lock(hashtext(p_company || '/question'), hashtext(p_asker));
  delete from question_asked where company = p_company and asker = p_asker and asked_at <= v_since;
  if exists (select from question_asked where company = p_company and step_key = p_step) then
    return null;
  end if;
  select count(*) into v_counted from question_asked where company = p_company and asker = p_asker and asked_at > v_since;
  if v_counted < p_most then
    insert into question_asked (company, asker, step_key, asked_at) values (p_company, p_asker, p_step, p_at);
    return null;
  end if;
  select asked_at + interval '1 hour' into v_room_at from question_asked
    where company = p_company and asker = p_asker and asked_at > v_since
    order by asked_at offset v_counted - p_most limit 1;
  return coalesce(v_room_at, p_at + interval '1 hour');
end $$;
