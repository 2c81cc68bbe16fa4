-- To erase a person or a case is to destroy the key of what is sealed about them and to overwrite what the ledgers hold of
-- them in plain words. Nothing that is hashed changes: the records' envelopes stay.
--
-- `mandate_eraser` owns the functions that erase, and is the only role that may change an erasable column of a table that
-- is otherwise append-only.

-- What an erasure may overwrite, by table. What proves who put a policy in force (keys, releases, modes) is not among it.
create function erasable_columns(p_table text) returns text[] language sql immutable parallel safe as $$
  select case p_table
    when 'inbox' then array['body']
    when 'outbox' then array['payload']
    when 'model_turn' then array['request', 'response']
    when 'proposal' then array['args', 'reasoning', 'review', 'edit', 'noticed']
    when 'decision' then array['rules', 'missing', 'facts', 'sources', 'reason', 'requested_by', 'requester_id', 'details']
    when 'escalation' then array['requested_by', 'requester_id', 'assignee', 'held_by']
    when 'approval' then array['person_id', 'reason']
    when 'effect' then array['external_ref', 'detail']
    when 'control' then array['person_id', 'reason']
    when 'programme.registration' then array['customer_domain', 'customer_name', 'customer_aliases', 'value_minor']
    when 'audit_record' then array['subjects', 'sealed']
    when 'audit_subject' then array['name', 'wrapped_key', 'destroyed_at', 'erased_under']
    when 'audit_erasure' then array['subject', 'reason', 'asked_by', 'confirmed_by', 'erased_at']
    when 'audit_hold' then array['scope', 'reason', 'set_by', 'released_by', 'release_reason']
    when 'audit_retention' then array['set_by']
    when 'person_change' then array['asked_by', 'reason', 'settled_by']
    when 'company_calendar' then array['set_by']
    else '{}'
  end
$$;

-- True for a change that an erasure makes: by its role, and of erasable columns only. `record_key` is generated, and not
-- there yet before an update; what it is generated from may not change.
create function is_erasure(p_table text, p_old jsonb, p_new jsonb) returns boolean language sql stable as $$
  select current_user = 'mandate_eraser'
    and p_old - 'record_key'::text - erasable_columns(p_table) = p_new - 'record_key'::text - erasable_columns(p_table)
$$;

-- A company's login erases its own company's data and no other's, also inside a function that runs with other rights.
create function check_own_company(p_company text) returns void language plpgsql stable as $$
begin
  if current_company() <> p_company then
    raise exception 'OTHER_COMPANY: this login is not of %', p_company using errcode = '42501';
  end if;
end $$;

-- Records of a case, in every log.
create function records_of_case(p_company text, p_case text) returns setof audit_record language sql stable as $$
  select r.* from case_head c
  cross join lateral (select x.* from audit_record x
                      where x.company = c.company and x.log = c.log and x.case_id = c.case_id offset 0) r
  where c.company = p_company and c.case_id = p_case
$$;

-- Records of a case that a part of can still be read: under the case's key, or that of a person who had a part in it.
create function readable_records(p_company text, p_case text) returns setof audit_record language sql stable as $$
  select r.* from records_of_case(p_company, p_case) r
  where exists (
    select from unnest(r.subjects) as named (subject_id)
    cross join lateral (select x.destroyed_at from audit_subject x
                        where x.company = p_company and x.subject_id = named.subject_id limit 1) s
    where s.destroyed_at is null)
$$;

-- The standing hold that covers a subject, or null: on the company, on the subject itself, or, since a case's record and
-- its people's are one evidence, on a case that the person took part in, and on a person who took part in the case.
create function hold_on(p_company text, p_name text, p_subject_id text) returns text language sql stable as $$
  select h.hold_id from audit_hold h
  cross join lateral (
    select substr(case when p_name like 'case:%' then p_name else h.scope end, 6) as case_id,
      case when p_name like 'case:%' then (
        select s.subject_id from audit_subject s where s.company = p_company and s.name = h.scope) else p_subject_id end as person
    offset 0) one_evidence
  where h.company = p_company and h.released_at is null and (h.scope in ('company', p_name) or (
    left(h.scope, 5) <> left(p_name, 5) and exists (
      select from records_of_case(p_company, one_evidence.case_id) r where one_evidence.person = any (r.subjects))))
  order by h.set_at, h.hold_id limit 1
$$;

-- Signed policy changes of a person. They keep the person's id and words: what is in force is what these signatures prove.
create function signatures_of(p_company text, p_person text) returns bigint language sql stable as $$
  select (select count(*) from policy_release_event where company = p_company and person_id = p_person)
       + (select count(*) from autonomy_mode where company = p_company and person_id = p_person)
       + (select count(*) from signing_key where company = p_company and person_id = p_person)
$$;

-- The first half of an erasure: nothing more comes to be of the subject until the transaction ends, and what stands in
-- the way. No row when no key of that name stands. Whoever appends to a case holds its head; whoever answers for a person
-- holds the escalation.
create function prepare_erasure(p_company text, p_name text, p_at timestamptz)
returns table (subject_id text, records bigint, signatures bigint, hold_id text, open_matter text) language plpgsql as $$
declare
  v_subject text;
  v_rest text := substr(p_name, strpos(p_name, ':') + 1);
begin
  perform check_own_company(p_company);
  if p_name like 'case:%' then
    perform 1 from case_head c where c.company = p_company and c.case_id = v_rest order by c.log for update;
  else
    perform 1 from escalation e where e.company = p_company and e.closed_at is null order by e.escalation_id for update;
  end if;
  select s.subject_id into v_subject from audit_subject s where s.company = p_company and s.name = p_name for update;
  if not found then
    return;
  end if;
  if p_name like 'case:%' then
    return query select v_subject, (select count(*) from readable_records(p_company, v_rest)), 0::bigint,
      hold_on(p_company, p_name, v_subject), open_matter_of_case(p_company, v_rest, p_at);
  else
    return query select v_subject, (
        select count(*) from audit_record r where r.company = p_company and v_subject = any (r.subjects)),
      signatures_of(p_company, v_rest),
      hold_on(p_company, p_name, v_subject), open_matter_of_person(p_company, v_rest);
  end if;
end $$;

create function erased() returns jsonb language sql immutable parallel safe as $$ select '{"erased": true}'::jsonb $$;

-- A person as envelopes know them; whoever has no such name is `erased`.
create function pseudonym_of(p_company text, p_person text) returns text language sql stable as $$
  select coalesce(
    (select named.subject_id from (select 'person:' || p_person as name offset 0) wanted
     cross join lateral (select s.subject_id from audit_subject s
                         where s.company = p_company and s.name = wanted.name limit 1) named),
    (select s.subject_id from audit_subject s where s.company = p_company and s.subject_id = p_person),
    'erased')
$$;

-- Which rules matched stays; what they read does not.
create function erased_rules(p_rules jsonb) returns jsonb language sql immutable as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', r->'id', 'effect', r->'effect', 'reason', 'erased', 'values', '{}'::jsonb)
                            order by n), '[]')
  from jsonb_array_elements(p_rules) with ordinality as given (r, n)
$$;

-- Mode, release, canary and obligations stay: they are the policy's, not the case's.
create function erased_details(p_details jsonb) returns jsonb language sql immutable as $$
  select p_details - 'beside' - 'terms' || '{"erased": true, "params": [], "limits": []}'
    || case when jsonb_typeof(p_details->'candidate') = 'object'
         then jsonb_build_object('candidate',
                p_details->'candidate' || jsonb_build_object('rules', erased_rules(p_details #> '{candidate,rules}')))
         else '{}' end
$$;

-- Overwrites what the ledgers hold of a case, and empties the sealed parts of its records: what people said in it is sealed
-- under their own keys, which stand.
create function erase_case_rows(p_company text, p_case text, p_subject_id text) returns void language plpgsql as $$
declare
  v_events text[] := array(
    select left(r.key, -length('/event')) from records_of_case(p_company, p_case) r where r.kind = 'event');
  v_steps text[] := array(
    select left(r.key, -length('/proposal')) from records_of_case(p_company, p_case) r where r.kind = 'proposal');
  v_escalations text[] := array(
    select s.escalation_id from escalation s where s.company = p_company and s.case_id = p_case);
begin
  update audit_record r set subjects = array[p_subject_id], sealed = array[''::bytea]
    where r.company = p_company and r.key = any (array(select x.key from readable_records(p_company, p_case) x));
  update inbox i set body = erased() where i.company = p_company and i.event_id = any (v_events);
  update inbox i set body = erased()
    where i.company = p_company and i.event_id = any (array(
      select x.event_id from inbox o cross join lateral (
        select y.event_id from inbox y where y.company = o.company and y.state = 'ignored' and y.source = o.source
          and y.object_type = o.object_type and y.object_id = o.object_id offset 0) x
      where o.company = p_company and o.event_id = any (v_events)));
  update model_turn t set request = erased()::text, response = case when t.response is not null then erased()::text end
    where t.company = p_company and t.case_id = p_case;
  update proposal q set reasoning = 'erased', noticed = null, review = case when q.review is not null then erased()::text end,
      edit = q.edit || jsonb_build_object('personId', pseudonym_of(p_company, q.edit->>'personId'), 'reason', 'erased'), args = case q.tool
      when 'external' then erased() || jsonb_build_object('name', 'erased', 'ref', 'erased', 'args', '{}'::jsonb,
                                         'caller', pseudonym_of(p_company, q.args->>'caller'))
      else erased() end
    where q.company = p_company and q.step_key = any (v_steps);
  update decision d set rules = erased_rules(d.rules), missing = '[]', facts = '{}', sources = '[]', reason = 'erased',
      requested_by = pseudonym_of(p_company, coalesce(d.requester_id, d.requested_by)),
      requester_id = case when d.requester_id is not null then pseudonym_of(p_company, d.requester_id) end,
      details = erased_details(d.details)
    where d.company = p_company and d.case_id = p_case;
  update outbox o set payload = o.payload || jsonb_build_object('personId', pseudonym_of(p_company, o.payload->>'personId'))
    where o.company = p_company and o.topic = 'verdict' and o.key = any (array(
      select a.approval_id from unnest(v_escalations) as of_case (escalation_id) cross join lateral (
        select x.approval_id from approval x where x.company = p_company and x.escalation_id = of_case.escalation_id offset 0) a));
  update approval a set reason = 'erased', person_id = pseudonym_of(p_company, a.person_id)
    where a.company = p_company and a.escalation_id = any (v_escalations);
  update escalation s set requested_by = pseudonym_of(p_company, coalesce(s.requester_id, s.requested_by)),
      requester_id = case when s.requester_id is not null then pseudonym_of(p_company, s.requester_id) end,
      assignee = case when s.assignee is not null then pseudonym_of(p_company, s.assignee) end,
      held_by = case when s.held_by is not null then pseudonym_of(p_company, s.held_by) end
    where s.company = p_company and s.case_id = p_case;
  delete from object_name o where o.company = p_company and o.name = right(p_case, 44);
  delete from programme.claim c using (
      select d.company, d.decision_id from decision d where d.company = p_company and d.case_id = p_case) of_case
    where c.company = of_case.company and c.decision_id = of_case.decision_id;
  delete from programme.registration_key k using (
      select g.registration_id, g.object_id from effect e cross join lateral (
        select x.registration_id, x.object_id from programme.registration x
        where x.company = e.company and x.effect_key = e.effect_key limit 1) g
      where e.company = p_company and e.case_id = p_case) of_case
    where k.company = p_company and k.registration_id = of_case.registration_id and k.object_id = of_case.object_id;
  update programme.registration g set customer_domain = 'erased', customer_name = '', customer_aliases = '', value_minor = 0
    where g.company = p_company and g.effect_key = any (array(
      select e.effect_key from effect e where e.company = p_company and e.case_id = p_case));
  update effect e set detail = case when e.detail is not null then 'erased' end,
      external_ref = case when e.external_ref is not null then 'erased' end
    where e.company = p_company and e.case_id = p_case;
end $$;

-- Overwrites what the ledgers hold of a person: their name becomes the one that envelopes know them by, their words go.
create function erase_person_rows(p_company text, p_person text, p_subject_id text) returns void language plpgsql as $$
begin
  update decision set requested_by = p_subject_id, requester_id = case when requester_id = p_person then p_subject_id end
    where company = p_company and p_person in (requested_by, requester_id);
  update escalation set requested_by = case when p_person in (requested_by, requester_id) then p_subject_id else requested_by end,
      requester_id = case when requester_id = p_person then p_subject_id else requester_id end,
      assignee = case when assignee = p_person then p_subject_id else assignee end,
      held_by = case when held_by = p_person then p_subject_id else held_by end
    where company = p_company and p_person in (requested_by, requester_id, assignee, held_by);
  update proposal set args = args || jsonb_build_object('caller', p_subject_id)
    where company = p_company and tool = 'external' and args->>'caller' = p_person;
  update proposal set edit = edit || jsonb_build_object('personId', p_subject_id, 'reason', 'erased')
    where company = p_company and edit->>'personId' = p_person;
  update inbox set body = jsonb_build_object('askedBy', p_subject_id)
    where company = p_company and source = 'asked' and body->>'askedBy' = p_person;
  update outbox set payload = payload || jsonb_build_object('personId', p_subject_id)
    where company = p_company and payload->>'personId' = p_person;
  update approval set person_id = p_subject_id, reason = 'erased' where company = p_company and person_id = p_person;
  update control set person_id = p_subject_id, reason = 'erased' where company = p_company and person_id = p_person;
  update audit_erasure set asked_by = p_subject_id, reason = 'erased' where company = p_company and asked_by = p_person;
  update audit_erasure set confirmed_by = p_subject_id where company = p_company and confirmed_by = p_person;
  update audit_hold set scope = 'person:' || p_subject_id where company = p_company and scope = 'person:' || p_person;
  update audit_hold set set_by = p_subject_id, reason = 'erased' where company = p_company and set_by = p_person;
  update audit_hold set released_by = p_subject_id, release_reason = 'erased'
    where company = p_company and released_by = p_person;
  update audit_retention set set_by = p_subject_id where company = p_company and set_by = p_person;
  update company_calendar set set_by = p_subject_id where company = p_company and set_by = p_person;
  update batch set stored_by = p_subject_id where company = p_company and stored_by = p_person;
  update person_change set asked_by = p_subject_id, reason = 'erased' where company = p_company and asked_by = p_person;
  update person_change set settled_by = p_subject_id where company = p_company and settled_by = p_person;
  delete from person_change where company = p_company and person_id = p_person;
  delete from object_name o where o.company = p_company and lower(o.object_id) = any (array(
    select lower(a.alias) from person_alias a where a.company = p_company and a.person_id = p_person));
  -- Aliases go along.
  delete from person where company = p_company and person_id = p_person;
end $$;

-- The second half of an erasure, in the transaction that appended its record: `p` is {company, subject, recordKey, at},
-- and for one that was asked for {erasureId, confirmedBy}. The record must name the subject by its random id; two people
-- must stand behind it, or the end of retention; no hold may.
create function erase_subject(p jsonb) returns void language plpgsql as $$
declare
  v_company text := p->>'company';
  v_name text := p->>'subject';
  v_rest text := substr(v_name, strpos(v_name, ':') + 1);
  v_subject text;
  v_ground text;
begin
  perform check_own_company(v_company);
  select s.subject_id into v_subject from audit_subject s where s.company = v_company and s.name = v_name for update;
  select r.envelope::jsonb #>> '{fields,ground}' into v_ground from audit_record r
    where r.company = v_company and r.key = p->>'recordKey' and r.kind = 'erasure'
      and r.envelope::jsonb #>> '{fields,subject}' = v_subject;
  if not found then
    raise exception 'NO_RECORD: the erasure of % is not recorded', v_name using errcode = '42501';
  end if;
  if (v_ground = 'retention-ended' and p->>'erasureId' is null) is not true and not exists (
    select from audit_erasure e where e.company = v_company and e.erasure_id = p->>'erasureId' and e.subject = v_name
      and e.erased_at is null and e.asked_by <> p->>'confirmedBy'
  ) then
    raise exception 'NOT_CONFIRMED: nobody else asked for the erasure of %', v_name using errcode = '42501';
  end if;
  if hold_on(v_company, v_name, v_subject) is not null then
    raise exception 'ON_HOLD: % is under a legal hold', v_name using errcode = '42501';
  end if;
  if v_name like 'case:%' then
    perform erase_case_rows(v_company, v_rest, v_subject);
  else
    perform erase_person_rows(v_company, v_rest, v_subject);
  end if;
  update audit_erasure e set subject = v_subject, reason = 'erased', erased_at = (p->>'at')::timestamptz,
      confirmed_by = case when e.erasure_id = p->>'erasureId' then p->>'confirmedBy' end
    where e.company = v_company and e.subject = v_name and e.erased_at is null;
  update audit_subject s set name = null, wrapped_key = null, destroyed_at = (p->>'at')::timestamptz,
      erased_under = p->>'recordKey'
    where s.company = v_company and s.subject_id = v_subject;
end $$;

-- The next `p_limit` cases of objects after `p_after`, in order of their ids, and whether the last record of each is older
-- than its logs are kept. What a company records about itself (`<company>:policies` and the like) is no case of an object.
create function cases_by_age(p_company text, p_at timestamptz, p_after text, p_limit int)
returns table (case_id text, is_past boolean) language sql stable as $$
  with looked as materialized (
    select found.case_id, 'case:' || found.case_id as name from (
      select distinct c.case_id from case_head c
      where c.company = p_company and c.case_id > p_after and c.case_id like '%:%:%'
      order by c.case_id limit p_limit) found)
  select looked.case_id, (
      select s.subject_id from audit_subject s where s.company = p_company and s.name = looked.name) is not null
    and not exists (
      select from case_head c
      cross join lateral (select x.recorded_at from audit_record x
                          where x.company = c.company and x.log = c.log and x.case_id = c.case_id and x.n = c.records limit 1) last
      where c.company = p_company and c.case_id = looked.case_id
        and last.recorded_at >= p_at - make_interval(days => retention_days(p_company, c.log)))
  from looked order by looked.case_id
$$;

-- Bodies of events that no function listens to belong to no case: they go when the company's own log would.
create function erase_ignored_events(p_company text, p_at timestamptz) returns bigint language plpgsql as $$
declare
  v_erased bigint;
begin
  perform check_own_company(p_company);
  update inbox i set body = erased()
    where i.company = p_company and i.state = 'ignored' and i.body <> erased()
      and i.received_at < p_at - make_interval(days => retention_days(p_company, p_company))
      and not exists (select from audit_hold h where h.company = p_company and h.scope = 'company' and h.released_at is null);
  get diagnostics v_erased = row_count;
  return v_erased;
end $$;

-- The eraser changes erasable columns and nothing else. It locks a case's head, for which a row must be changeable. Inside
-- its functions it sees what the login sees, or, for whoever may become it anyway, everything.
grant usage on schema programme to mandate_eraser;
grant select on person, person_alias, signing_key, policy_release_event, autonomy_mode to mandate_eraser;
-- Whose decision an effect under way rests on.
grant select (company, permit_id, decision_id) on permit to mandate_eraser;
grant delete on person, person_change to mandate_eraser;
grant select, delete on programme.registration_key, programme.claim to mandate_eraser;
grant select, delete on object_name to mandate_eraser;
grant select, update (records) on case_head to mandate_eraser;
do $$
declare
  t text;
begin
  foreach t in array array['inbox', 'outbox', 'model_turn', 'proposal', 'decision', 'escalation', 'approval',
      'effect', 'control', 'programme.registration', 'audit_record', 'audit_subject', 'audit_erasure', 'audit_hold',
      'audit_retention', 'person_change', 'company_calendar'] loop
    execute format('grant select, update (%s) on %s to mandate_eraser', array_to_string(erasable_columns(t), ', '), t);
  end loop;
  for t in
    select c.oid::regclass::text from pg_class c
    where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('public', 'programme')
      and has_table_privilege('mandate_eraser', c.oid, 'select')
  loop
    execute format($p$create policy erasing_owner on %s to mandate_eraser
      using (current_user = 'mandate_eraser' and pg_has_role(session_user, 'mandate_eraser', 'member'))
      with check (current_user = 'mandate_eraser' and pg_has_role(session_user, 'mandate_eraser', 'member'))$p$, t);
  end loop;
end $$;

grant execute on function check_own_company, envelope, whole_envelope, ended_untold, records_of_case, readable_records, signatures_of, open_matter_of_case, open_matter_of_person,
  hold_on, erased, pseudonym_of, erased_rules, erased_details, erase_case_rows, erase_person_rows, erasable_columns,
  is_erasure, case_id_of, retention_days to mandate_eraser;

alter function prepare_erasure security definer set search_path = public, pg_temp;
alter function erase_subject security definer set search_path = public, pg_temp;
alter function erase_ignored_events security definer set search_path = public, pg_temp;
grant create on schema public to mandate_eraser;
alter function prepare_erasure owner to mandate_eraser;
alter function erase_subject owner to mandate_eraser;
alter function erase_ignored_events owner to mandate_eraser;
revoke create on schema public from mandate_eraser;
grant execute on function check_own_company to mandate_directory;
