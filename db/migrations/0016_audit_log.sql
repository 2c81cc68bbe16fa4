-- The record as a Merkle log: an envelope per record, which is hashed and kept for ever, and its body, sealed under the
-- keys of the people and cases it is about. Appending makes a record durable and numbers it within its case; its place in
-- the log's tree is given afterwards, in the order of appending, so that cases do not wait for each other.

do $$
begin
  if exists (select 1 from audit_record) then
    raise exception 'this database holds plain records of a version before the Merkle log'
      using hint = 'keep it as it is, and start with another database or another MANDATE_HOME';
  end if;
end $$;
drop function append_once(text, text, text, text, text);
drop function append_record(text, text, text, text, text);
drop table audit_record;
drop table case_head;

create table case_head (
  company text not null,
  log text not null,
  case_id text not null,
  records bigint not null default 0,
  primary key (company, log, case_id)
);

-- A person or a case that bodies are about: a random name for envelopes, and the key of its bodies, wrapped under the
-- company's key. Destroying the key makes the bodies unreadable for ever.
create table audit_subject (
  company text not null,
  subject_id text not null,
  -- `case:<case id>` or `person:<person id>`; gone once it is erased.
  name text,
  wrapped_key bytea,
  created_at timestamptz not null default clock_timestamp(),
  destroyed_at timestamptz,
  -- The key of the erasure's record.
  erased_under text,
  primary key (company, subject_id),
  unique (company, name),
  check ((destroyed_at is null) = (wrapped_key is not null) and (destroyed_at is null) = (name is not null)
         and (destroyed_at is null) = (erased_under is null))
);

create table audit_record (
  company text not null,
  -- The company's own log is named like the company; one with a partner is `<company>~<partner>`.
  log text not null,
  case_id text not null,
  n bigint not null check (n > 0),
  kind text not null check (kind in
    ('event', 'turn', 'proposal', 'review', 'decision', 'escalation', 'approval', 'intent', 'receipt', 'case_end',
     'policy', 'prompt', 'commitment', 'erasure', 'hold', 'key')),
  key text not null,
  -- RFC 8785 bytes. An entry of a log is less than 64 KiB (C2SP tlog-tiles).
  envelope text not null check (octet_length(envelope) < 65536),
  -- One sealed part of the body per subject.
  subjects text[] not null,
  sealed bytea[] not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (company, log, case_id, n),
  unique (company, key)
);

-- Values too large for a body, by the SHA-256 of their canonical JSON, sealed like the body that names them.
create table audit_blob (
  company text not null,
  digest text not null,
  subject_id text not null,
  sealed bytea not null,
  primary key (company, digest, subject_id),
  foreign key (company, subject_id) references audit_subject
);

create table audit_log (
  company text not null,
  log text not null,
  -- Names the log in checkpoints, for ever.
  origin text not null,
  -- Leaves that have a place in the tree.
  size bigint not null default 0 check (size >= 0),
  primary key (company, log),
  unique (company, origin)
);

-- A record's place in its log: `seq` is null until the integrator gives it, in the order of `ordinal`.
create table audit_place (
  company text not null,
  log text not null,
  ordinal bigint generated always as identity,
  key text not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  -- A checkpoint follows at once: a block, an escalation, a large sum.
  urgent boolean not null,
  seq bigint check (seq >= 0),
  primary key (company, key)
);
create index audit_place_pending on audit_place (company, log, ordinal) where seq is null;
create unique index audit_place_in_tree on audit_place (company, log, seq) where seq is not null;

-- Hashes of complete subtrees, 256 per tile (C2SP tlog-tiles); a tile only grows.
create table audit_tile (
  company text not null,
  log text not null,
  level int not null check (level >= 0),
  index bigint not null check (index >= 0),
  hashes bytea not null check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
  primary key (company, log, level, index),
  foreign key (company, log) references audit_log
);

create table audit_checkpoint (
  company text not null,
  log text not null,
  size bigint not null,
  root bytea not null check (octet_length(root) = 32),
  -- A C2SP signed note, without the witnesses' lines.
  note text not null,
  signed_at timestamptz not null,
  primary key (company, log, size),
  foreign key (company, log) references audit_log
);

create table audit_cosignature (
  company text not null,
  log text not null,
  size bigint not null,
  witness text not null,
  -- The witness's signature line, as it is added to the note.
  line text not null,
  signed_at timestamptz not null,
  primary key (company, log, size, witness),
  foreign key (company, log, size) references audit_checkpoint
);

-- Look-ups below are subqueries for one row each: a plan that was made while a table was empty, and kept by the session, is
-- then still a look-up by key when the table has a million rows.

-- RFC 6962: the hash of a leaf.
create function leaf_hash(p_envelope text) returns bytea language sql immutable parallel safe as $$
  select sha256('\x00'::bytea || convert_to(p_envelope, 'UTF8'))
$$;

-- The keys of subjects: those that stand, or the fresh ones that are offered. `p_offered` is a list of {name, id, key}.
-- Names are taken in one order, so that two transactions never wait for each other's. `p_alone`: nothing else is in the
-- transaction, so it need not wait for the disk. A record that is sealed with the key is committed after it and does wait,
-- and what is committed before it is then on disk too.
create function subject_keys(p_company text, p_offered jsonb, p_alone boolean)
returns table (name text, subject_id text, wrapped_key bytea) language plpgsql as $$
begin
  if p_alone then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  insert into audit_subject (company, subject_id, name, wrapped_key)
    select p_company, o.id, o.name, decode(o.key, 'base64')
    from jsonb_to_recordset(p_offered) as o (name text, id text, key text)
    where not exists (select 1 from audit_subject s where s.company = p_company and s.name = o.name)
    order by o.name
    on conflict do nothing;
  return query select s.name, s.subject_id, s.wrapped_key from audit_subject s
    where s.company = p_company and s.name in (select o->>'name' from jsonb_array_elements(p_offered) as o);
end $$;

-- The hashes of the leaves that a record rests on, as its envelope lists them; one that was never made is left out.
create function parent_hashes(p_company text, p_parents jsonb) returns text language plpgsql stable as $$
begin
  if p_parents = '[]' then
    return '';
  end if;
  return (
    select coalesce(string_agg('"' || encode(leaf_hash(found.envelope), 'hex') || '"', ',' order by found.place), '')
    from (
      select place, (select x.envelope from audit_record x where x.company = p_company and x.key = wanted.key) as envelope
      from jsonb_array_elements_text(p_parents) with ordinality as wanted (key, place)) as found
    where found.envelope is not null);
end $$;

-- Whether every one of these subjects is there and not erased.
create function all_readable(p_company text, p_subjects text[]) returns boolean language plpgsql stable as $$
begin
  return (
    select coalesce(bool_and(coalesce((
      select s.destroyed_at is null from audit_subject s where s.company = p_company and s.subject_id = wanted.id), false)), true)
    from unnest(p_subjects) as wanted (id));
end $$;

-- Appends one record and answers its number within its case and log. `p_parts` is JSON: the envelope's canonical text
-- around the number and the parents (`head`, `middle`, `tail`), the keys of the records it rests on (`parents`; one that
-- was never made is left out), `log`, `urgent`, and the sealed `bodies` and
-- `blobs`, each with its subject.
-- Same key and same words: the first number again. Same key and other words: AUDIT_CONFLICT. The row lock on case_head
-- orders the appends of one case and makes the numbers contiguous: a rolled back append gives its number back.
create function append_record(p_company text, p_case text, p_kind text, p_key text, p_parts text)
returns bigint language plpgsql as $$
declare
  p jsonb := p_parts::jsonb;
  v_log text := p->>'log';
  v_n bigint;
  v_subjects text[];
  v_sealed bytea[];
  v_envelope text;
  v_known record;
  v_start text;
begin
  insert into case_head as head (company, log, case_id, records) values (p_company, v_log, p_case, 1)
    on conflict (company, log, case_id) do update set records = head.records + 1
    returning records into v_n;
  v_envelope := p->>'head' || v_n || (p->>'middle') || '[' || parent_hashes(p_company, p->'parents') || ']' || (p->>'tail');
  select coalesce(array_agg(body->>'subject' order by place), '{}'),
         coalesce(array_agg(decode(body->>'sealed', 'base64') order by place), '{}') into v_subjects, v_sealed
    from jsonb_array_elements(p->'bodies') with ordinality as given (body, place);
  insert into audit_record (company, log, case_id, n, kind, key, envelope, subjects, sealed)
    values (p_company, v_log, p_case, v_n, p_kind, p_key, v_envelope, v_subjects, v_sealed)
    on conflict (company, key) do nothing;
  if found then
    if not all_readable(p_company, v_subjects) then
      raise exception 'ERASED: record % is about somebody who was erased', p_key using errcode = 'MA002';
    end if;
    insert into audit_blob (company, digest, subject_id, sealed)
      select p_company, blob->>'digest', blob->>'subject', decode(blob->>'sealed', 'base64')
      from jsonb_array_elements(p->'blobs') as blob on conflict do nothing;
    insert into audit_place (company, log, key, leaf_hash, urgent)
      values (p_company, v_log, p_key, leaf_hash(v_envelope), (p->>'urgent')::boolean);
    return v_n;
  end if;
  update case_head set records = records - 1 where company = p_company and log = v_log and case_id = p_case;
  select n, envelope, subjects into v_known from audit_record where company = p_company and key = p_key;
  v_start := p->>'head' || v_known.n || (p->>'middle') || '[';
  if not (starts_with(v_known.envelope, v_start) and right(v_known.envelope, length(p->>'tail')) = p->>'tail')
     and all_readable(p_company, v_known.subjects) then
    raise exception 'AUDIT_CONFLICT: record % exists with other words', p_key using errcode = 'MA001';
  end if;
  return v_known.n;
end $$;

-- Appends many records of one company as `append_record` does, in the order given, and answers their numbers. A draft is
-- {caseId, kind, key, parts}. Records that are all new and do not rest on each other, as is usual, are written together;
-- otherwise one after the other. Cases are locked in one order.
create function append_records(p_company text, p_drafts jsonb) returns bigint[] language plpgsql as $$
declare
  v_keys text[] := array(select d->>'key' from jsonb_array_elements(p_drafts) as d);
  v_numbers bigint[];
begin
  if (select count(distinct key) from unnest(v_keys) as key) <> cardinality(v_keys)
     or exists (select 1 from unnest(v_keys) as wanted (key)
                where (select x.n from audit_record x where x.company = p_company and x.key = wanted.key) is not null)
     or exists (select 1 from jsonb_array_elements(p_drafts) as d, jsonb_array_elements_text(d #> '{parts,parents}') as parent
                where parent = any (v_keys)) then
    select array_agg(ordered.n order by ordered.place) into v_numbers from (
      select place, append_record(p_company, d->>'caseId', d->>'kind', d->>'key', (d->'parts')::text) as n
      from (select d, place from jsonb_array_elements(p_drafts) with ordinality as given (d, place)
            order by d->>'caseId', place offset 0) as d offset 0) as ordered;
    return v_numbers;
  end if;
  with draft as materialized (
      select d->>'caseId' as case_id, d->>'kind' as kind, d->>'key' as key, d->'parts' as p, place, d #>> '{parts,log}' as log,
             row_number() over (partition by d #>> '{parts,log}', d->>'caseId' order by place) as nth
      from jsonb_array_elements(p_drafts) with ordinality as given (d, place)),
    head as (
      insert into case_head as h (company, log, case_id, records)
        select p_company, log, case_id, count(*) from draft group by log, case_id order by case_id, log
        on conflict (company, log, case_id) do update set records = h.records + excluded.records
        returning h.log, h.case_id, h.records),
    numbered as (
      select d.*, head.records - max(d.nth) over (partition by d.log, d.case_id) + d.nth as n
      from draft d join head using (log, case_id)),
    enveloped as materialized (
      select d.*, bodies.subjects, bodies.sealed,
             d.p->>'head' || d.n || (d.p->>'middle') || '[' || parent_hashes(p_company, d.p->'parents') || ']' || (d.p->>'tail') as envelope
      from numbered d
      cross join lateral (
        select coalesce(array_agg(body->>'subject' order by i), '{}') as subjects,
               coalesce(array_agg(decode(body->>'sealed', 'base64') order by i), '{}') as sealed
        from jsonb_array_elements(d.p->'bodies') with ordinality as given (body, i)) bodies),
    kept as (
      insert into audit_record (company, log, case_id, n, kind, key, envelope, subjects, sealed)
        select p_company, log, case_id, n, kind, key, envelope, subjects, sealed from enveloped),
    blobs as (
      insert into audit_blob (company, digest, subject_id, sealed)
        select p_company, blob->>'digest', blob->>'subject', decode(blob->>'sealed', 'base64')
        from enveloped, jsonb_array_elements(p->'blobs') as blob on conflict do nothing),
    placed as (
      insert into audit_place (company, log, key, leaf_hash, urgent)
        select p_company, log, key, leaf_hash(envelope), (p->>'urgent')::boolean from enveloped order by case_id, n)
  select array_agg(n order by place) into v_numbers from enveloped;
  if not all_readable(p_company, array(
       select distinct body->>'subject' from jsonb_array_elements(p_drafts) as d, jsonb_array_elements(d #> '{parts,bodies}') as body)) then
    raise exception 'ERASED: a record is about somebody who was erased' using errcode = 'MA002';
  end if;
  return v_numbers;
end $$;

-- What is told once per case is not told again by a case that is started anew for the same event. When a case ends, what
-- it holds of a limit and no effect was begun for will not happen. Accounts are locked before the case, as everywhere.
create function append_once(p_company text, p_case text, p_kind text, p_key text, p_parts text)
returns void language plpgsql as $$
begin
  if exists (select 1 from audit_record where company = p_company and key = p_key) then
    return;
  end if;
  if p_kind = 'case_end' then
    perform settle_reservations(p_company, array(
      select r.decision_id from limit_reservation r
      where r.company = p_company and r.case_id = p_case and r.state = 'reserved'
        and not exists (select 1 from effect e where e.company = r.company and e.effect_key = r.step_key)), 'released');
  end if;
  begin
    perform append_record(p_company, p_case, p_kind, p_key, p_parts);
  exception when sqlstate 'MA001' then
    -- Somebody told it at the same moment, in other words: the first one stands.
    null;
  end;
end $$;

-- A turn of an agent leaves its output, and the record of every model call it made.
create function record_turn(p jsonb) returns void language plpgsql as $$
begin
  if jsonb_typeof(p) = 'object' then
    perform append_record(p->>'company', p->>'caseId', 'turn', p->>'recordKey', p->>'canonical');
  end if;
end $$;

create or replace function store_findings(p jsonb) returns void language plpgsql as $$
begin
  insert into agent_turn (company, turn_key, case_id, role, output)
  values (p->>'company', p->>'turnKey', p->>'caseId', 'intelligence', p->>'output')
  on conflict do nothing;
  if found then
    perform record_turn(p->'turn');
  end if;
end $$;

create or replace function record_proposal(p jsonb) returns void language plpgsql as $$
begin
  insert into proposal (company, proposal_id, case_id, step_key, action_id, tool, args, record_version, reasoning, proposed_at)
  values (p->>'company', p->>'proposalId', p->>'caseId', p->>'stepKey', p->>'actionId', p->>'tool', p->'args',
          p->>'recordVersion', p->>'reasoning', (p->>'at')::timestamptz)
  on conflict do nothing;
  if found then
    perform record_turn(p->'turn');
    perform append_record(p->>'company', p->>'caseId', 'proposal', p->>'recordKey', p->>'canonical');
  end if;
end $$;

create or replace function record_review(p jsonb) returns void language plpgsql as $$
begin
  insert into agent_turn (company, turn_key, case_id, role, output)
  values (p->>'company', p->>'turnKey', p->>'caseId', 'compliance', p->>'output')
  on conflict do nothing;
  if found then
    perform record_turn(p->'turn');
    perform append_record(p->>'company', p->>'caseId', 'review', p->>'recordKey', p->>'canonical');
  end if;
end $$;
drop function keep_model_turns(jsonb);

-- A settled effect and its receipt; an effect that both companies hold to is also told in the log between them.
create or replace function settle_effect(p jsonb) returns void language plpgsql as $$
begin
  update effect set state = p->>'state', external_ref = p->>'externalRef', detail = p->>'detail',
                    settled_at = (p->>'at')::timestamptz
  where company = p->>'company' and effect_key = p->>'effectKey' and state in ('intent', 'unknown')
    and state <> p->>'state';
  if jsonb_typeof(p->'joint') = 'object' then
    perform append_record(p->>'company', p->>'caseId', 'commitment', p #>> '{joint,recordKey}', p #>> '{joint,canonical}');
  end if;
  perform append_record(p->>'company', p->>'caseId', 'receipt', p->>'recordKey', p->>'canonical');
end $$;

-- Nothing is decided, approved or done of which there is no record: whoever writes the row writes its record in the same
-- transaction, or neither is kept.
alter table decision
  add column record_key text not null generated always as (decision_id || '/decision') stored,
  add constraint decision_is_recorded foreign key (company, record_key) references audit_record (company, key)
    deferrable initially deferred;
alter table approval
  add column record_key text not null generated always as (approval_id || '/approval') stored,
  add constraint approval_is_recorded foreign key (company, record_key) references audit_record (company, key)
    deferrable initially deferred;
alter table effect
  add column record_key text not null generated always as (effect_key || '/intent') stored,
  add constraint effect_is_recorded foreign key (company, record_key) references audit_record (company, key)
    deferrable initially deferred;

create function place_is_given_once() returns trigger language plpgsql as $$
begin
  if old.seq is not null or new.seq is null
     or (old.company, old.log, old.ordinal, old.key, old.leaf_hash)
        is distinct from (new.company, new.log, new.ordinal, new.key, new.leaf_hash) then
    raise exception 'APPEND_ONLY: the place of % is given', old.key using errcode = '42501';
  end if;
  return new;
end $$;
create trigger audit_place_is_given_once before update on audit_place
  for each row execute function place_is_given_once();

create function log_only_grows() returns trigger language plpgsql as $$
begin
  if (old.company, old.log, old.origin) is distinct from (new.company, new.log, new.origin) or new.size < old.size then
    raise exception 'APPEND_ONLY: log % only grows', old.log using errcode = '42501';
  end if;
  return new;
end $$;
create trigger audit_log_only_grows before update on audit_log for each row execute function log_only_grows();

create function tile_only_grows() returns trigger language plpgsql as $$
begin
  if (old.company, old.log, old.level, old.index) is distinct from (new.company, new.log, new.level, new.index)
     or substr(new.hashes, 1, octet_length(old.hashes)) <> old.hashes then
    raise exception 'APPEND_ONLY: tile %/% of % only grows', old.level, old.index, old.log using errcode = '42501';
  end if;
  return new;
end $$;
create trigger audit_tile_only_grows before update on audit_tile for each row execute function tile_only_grows();

do $$
declare
  t text;
begin
  foreach t in array array['audit_record', 'audit_blob', 'audit_checkpoint', 'audit_cosignature'] loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
      t || '_is_append_only', t);
  end loop;
  foreach t in array array['audit_place', 'audit_log', 'audit_tile', 'audit_subject', 'case_head'] loop
    execute format('create trigger %I before delete on %I for each row execute function refuse_change()',
      t || '_is_kept', t);
  end loop;
  foreach t in array array['audit_record', 'audit_blob', 'audit_checkpoint', 'audit_cosignature', 'audit_place',
                           'audit_log', 'audit_tile', 'audit_subject', 'case_head'] loop
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
      t || '_keeps_all', t);
  end loop;
end $$;
