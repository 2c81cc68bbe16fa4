-- What cases await of the outside, and what it answered. Both are found by a reference of the outside's, the correlation.
-- Who answered, why, and where the evidence is kept stand in the record alone, sealed: an erasure finds no such words here.

-- The first answer under a correlation, whether or not a case waits for it yet. There is no second one.
create table reply_answer (
  company text not null,
  correlation text not null,
  answer text not null check (answer ~ '^[a-z-]{1,32}$'),
  -- early: no case waited for it. late: the time it was awaited until had passed.
  came text not null check (came in ('early', 'in-time', 'late')),
  answered_at timestamptz not null,
  -- Digest of who sent it and their name for the request.
  request_key text not null,
  primary key (correlation, company)
);
create unique index reply_answer_of_request on reply_answer (company, request_key) where request_key is not null;
create trigger reply_answer_is_append_only before update or delete on reply_answer
  for each row execute function refuse_change();
create trigger reply_answer_keeps_all before truncate on reply_answer for each statement execute function refuse_change();
grant select, insert on reply_answer to mandate_app;

-- A reply that a case awaits. Times are the company's clock.
create table reply (
  company text not null,
  correlation text not null,
  case_id text not null,
  state text not null check (state in ('waiting', 'answered', 'lapsed', 'withdrawn')),
  opened_at timestamptz not null,
  deadline timestamptz not null,
  -- How often it was awaited, or awaited until another time.
  n int not null check (n > 0),
  closed_at timestamptz,
  -- What is answered has its answer: the first one, which there is no second of.
  answered_under text generated always as (case when state = 'answered' then correlation end) stored,
  primary key (correlation, company),
  foreign key (answered_under, company) references reply_answer,
  check ((state = 'waiting') = (closed_at is null))
);
create index reply_waiting on reply (company, deadline) where state = 'waiting';
grant select, insert, update (state, opened_at, deadline, n, closed_at) on reply to mandate_app;

-- What was answered or has lapsed stays so; what was withdrawn may be awaited again.
create function reply_is_settled_once() returns trigger language plpgsql as $$
begin
  if old.state in ('answered', 'lapsed') then
    raise exception 'APPEND_ONLY: reply % of % is % for ever', old.correlation, old.company, old.state using errcode = '42501';
  end if;
  return new;
end $$;
create trigger reply_is_settled_once before update on reply for each row execute function reply_is_settled_once();
create trigger reply_is_kept before delete on reply for each row execute function refuse_change();
create trigger reply_keeps_all before truncate on reply for each statement execute function refuse_change();

-- An early answer has a record of its own, made before it was known whose it is: it is erased with the case that awaited it.
create function erase_early_answers() returns trigger language plpgsql as $$
begin
  update audit_record r set subjects = array[old.subject_id], sealed = array[''::bytea]
    from audit_record given
    where given.company = old.company and given.log = old.company and given.case_id = substr(old.name, length('case:') + 1)
      and given.kind = 'reply' and given.key like '%/given'
      and r.company = given.company and r.key = left(given.key, -length('/given')) || '/early';
  return null;
end $$;
create trigger audit_subject_early_answers after update on audit_subject
  for each row when (new.erased_under is not null and old.name like 'case:%') execute function erase_early_answers();
grant execute on function erase_early_answers to mandate_eraser;
