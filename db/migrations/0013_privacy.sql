-- Who asked for what to be erased, what must be kept all the same, and for how long. The erasing itself is 0014.

-- One person asks for an erasure, another one confirms it.
create table audit_erasure (
  company text not null,
  erasure_id text not null,
  -- `case:<case id>` or `person:<person id>`; once it is erased, the random id that envelopes know it by.
  subject text not null,
  subject_id text not null,
  ground text not null check (ground in
    ('no-longer-needed', 'consent-withdrawn', 'objection', 'unlawful', 'legal-obligation', 'retention-ended')),
  reason text not null check (reason <> ''),
  asked_by text not null,
  asked_at timestamptz not null,
  confirmed_by text,
  erased_at timestamptz,
  primary key (erasure_id, company),
  check (confirmed_by <> asked_by)
);
create unique index audit_erasure_waits on audit_erasure (company, subject) where erased_at is null;
create trigger audit_erasure_is_append_only before update or delete on audit_erasure
  for each row execute function refuse_change();
create trigger audit_erasure_keeps_all before truncate on audit_erasure for each statement execute function refuse_change();

-- What must be kept for a claim. A hold is set once and released once.
create table audit_hold (
  company text not null,
  hold_id text not null,
  -- `company`, `case:<case id>` or `person:<person id>`.
  scope text not null,
  reason text not null check (reason <> ''),
  set_by text not null,
  set_at timestamptz not null,
  released_by text,
  release_reason text check (release_reason <> ''),
  released_at timestamptz,
  primary key (company, hold_id),
  check ((released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null))
);
create index audit_hold_standing on audit_hold (company, scope) where released_at is null;

create function hold_is_released_once() returns trigger language plpgsql as $$
begin
  if is_erasure('audit_hold', to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  if old.released_at is not null or new.released_at is null
     or (old.company, old.hold_id, old.scope, old.reason, old.set_by, old.set_at)
        is distinct from (new.company, new.hold_id, new.scope, new.reason, new.set_by, new.set_at) then
    raise exception 'APPEND_ONLY: hold % is released once, and nothing else', old.hold_id using errcode = '42501';
  end if;
  return new;
end $$;
create trigger audit_hold_is_released_once before update on audit_hold
  for each row execute function hold_is_released_once();
create trigger audit_hold_is_kept before delete on audit_hold for each row execute function refuse_change();
create trigger audit_hold_keeps_all before truncate on audit_hold for each statement execute function refuse_change();

-- How long a log's cases stay readable. The newest row in force counts; a shorter time waits for a second person. Six
-- months at least (AI Act, Articles 19 and 26).
create table audit_retention (
  company text not null,
  log text not null,
  n int not null check (n > 0),
  days int not null check (days between 183 and 36500),
  in_force boolean not null,
  set_by text not null,
  set_at timestamptz not null,
  primary key (company, log, n)
);
create trigger audit_retention_is_append_only before update or delete on audit_retention
  for each row execute function refuse_change();
create trigger audit_retention_keeps_all before truncate on audit_retention
  for each statement execute function refuse_change();

-- A company's login asks for erasures, holds and retention; the eraser alone ends a subject.
grant select, insert on audit_erasure, audit_hold, audit_retention to mandate_app;
grant update (released_by, release_reason, released_at) on audit_hold to mandate_app;

create function retention_days(p_company text, p_log text) returns int language sql stable as $$
  select coalesce((select r.days from audit_retention r
                   where r.company = p_company and r.log = p_log and r.in_force order by r.n desc limit 1), 2555)
$$;

-- Why a case cannot be erased yet, in words; null when nothing of it is under way. A case works on its newest event, until
-- that event's end is recorded; one that nothing was heard of for half a year has no end to wait for.
create function open_matter_of_case(p_company text, p_case text, p_at timestamptz) returns text language plpgsql stable
set plan_cache_mode = force_generic_plan as $$
begin
  return (select coalesce(
    (select 'escalation ' || s.escalation_id || ' waits for ' || s.role from escalation s
     where s.company = p_company and s.case_id = p_case and s.closed_at is null limit 1),
    (select 'effect ' || e.effect_key || ' is in state ' || e.state from effect e
     where e.company = p_company and e.case_id = p_case and e.state in ('intent', 'unknown') limit 1),
    open_agreement_of_case(p_company, p_case),
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
     from effect e cross join lateral (
       select x.registration_id, x.expires_at from programme.registration x
       where x.company = e.company and x.effect_key = e.effect_key limit 1) g
     where e.company = p_company and e.case_id = p_case and g.expires_at > p_at limit 1)));
end $$;

create function open_matter_of_person(p_company text, p_person text) returns text language sql stable as $$
  select coalesce(
    (select 'escalation ' || s.escalation_id || ' is still open' from escalation s
     where s.company = p_company and s.closed_at is null and (p_person in (s.requested_by, s.requester_id, s.assignee) or exists (
       select from approval a where a.company = s.company and a.escalation_id = s.escalation_id and a.person_id = p_person))
     limit 1),
    (select 'effect ' || e.effect_key || ' is in state ' || e.state from effect e
     cross join lateral (
       select x.decision_id from permit x where x.company = e.company and x.permit_id = e.permit_id limit 1) m
     cross join lateral (
       select x.requested_by, x.requester_id from decision x where x.company = e.company and x.decision_id = m.decision_id limit 1) d
     where e.company = p_company and e.state in ('intent', 'unknown') and p_person in (d.requested_by, d.requester_id) limit 1),
    (select 'event ' || i.event_id || ' waits to be brought to its case' from inbox i
     where i.company = p_company and i.dispatched_at is null and i.state in ('pending', 'late')
       and i.source = 'asked' and i.body->>'askedBy' = p_person limit 1))
$$;
