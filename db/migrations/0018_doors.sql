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
