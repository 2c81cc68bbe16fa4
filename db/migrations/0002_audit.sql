-- The record: one row per thing that happened, append-only, numbered without a gap within its case. What is hashed and
-- kept for ever is the envelope; the body is sealed under the keys of the people and cases it is about. Appending makes a
-- record durable; its place in the log's tree is given afterwards (0003), so that cases do not wait for each other.

-- What tells hosts of a company that they have the same secret: made of it one way, so that nobody gets it back from here. The
-- first one that is kept stands.
create table secret_fingerprint (
  company text not null,
  purpose text not null check (purpose in ('audit')),
  fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  kept_at timestamptz not null default clock_timestamp(),
  primary key (company, purpose)
);
create trigger secret_fingerprint_is_append_only before update or delete on secret_fingerprint
  for each row execute function refuse_change();
create trigger secret_fingerprint_keeps_all before truncate on secret_fingerprint
  for each statement execute function refuse_change();
grant select, insert on secret_fingerprint to mandate_app;

-- How many records a case has in a log. Whoever appends to a case holds this row.
create table case_head (
  company text not null,
  log text not null,
  case_id text not null,
  records bigint not null default 0,
  primary key (case_id, log, company)
);
create index case_head_by_case on case_head (company, case_id) where case_id is not null;
create trigger case_head_is_kept before delete on case_head for each row execute function refuse_change();
create trigger case_head_keeps_all before truncate on case_head for each statement execute function refuse_change();

-- A person or a case that bodies are about: a random name for envelopes, and the key of its bodies, wrapped under the
-- company's key. Destroying the key makes the bodies unreadable for ever; an erasure alone does it.
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
  primary key (subject_id, company),
  check ((destroyed_at is null) = (wrapped_key is not null) and (destroyed_at is null) = (name is not null)
         and (destroyed_at is null) = (erased_under is null))
);
create unique index audit_subject_by_name on audit_subject (company, name) where name is not null;
create trigger audit_subject_ends_by_erasure before update on audit_subject for each row execute function refuse_change();
create trigger audit_subject_is_kept before delete on audit_subject for each row execute function refuse_change();
create trigger audit_subject_keeps_all before truncate on audit_subject for each statement execute function refuse_change();

-- An envelope as it is kept, and back: what stands in the row already, and what is the same in nearly all of them, leaves a
-- control character in its place. Canonical JSON has none of those, so no envelope reads as another. The last that was put
-- in is the first that is taken out.
create function kept_envelope(p_envelope text, p_key text, p_case text) returns text language sql immutable parallel safe as $$
  select replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(p_envelope,
    p_key, E'\x01'), p_case, E'\x02'),
    '"actor":{"ref":"', E'\x03'),
    '","type":"system"},"at":"', E'\x0f'),
    E'","case":{"id":"\x02","n":', E'\x04'),
    '},"fields":{"', E'\x05'),
    E'},"key":"\x01","kind":"', E'\x06'),
    '","parents":[', E'\x07'),
    '],"sd":["', E'\x08'),
    '"],"typ":"audit/v1"}', E'\x0e')
$$;
create function whole_envelope(p_kept text, p_key text, p_case text) returns text language sql immutable parallel safe as $$
  select replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(p_kept,
    E'\x0e', '"],"typ":"audit/v1"}'),
    E'\x08', '],"sd":["'),
    E'\x07', '","parents":['),
    E'\x06', E'},"key":"\x01","kind":"'),
    E'\x05', '},"fields":{"'),
    E'\x04', E'","case":{"id":"\x02","n":'),
    E'\x0f', '","type":"system"},"at":"'),
    E'\x03', '"actor":{"ref":"'),
    E'\x02', p_case), E'\x01', p_key)
$$;

-- One thing that happened in a case: an event, a decision, an approval, an effect.
create table audit_record (
  company text not null,
  -- The company's own log is named like the company; one with a partner is `<company>~<partner>`.
  log text not null,
  case_id text not null,
  n bigint not null check (n > 0),
  kind text not null check (kind in
    ('event', 'turn', 'proposal', 'review', 'decision', 'escalation', 'approval', 'intent', 'receipt', 'case_end',
     'policy', 'prompt', 'commitment', 'erasure', 'hold', 'key', 'batch', 'reply', 'plan', 'agreement', 'repeat', 'refusal',
     'quarantine', 'people')),
  key text not null,
  -- The envelope as `kept_envelope` writes it. Whole it is RFC 8785 bytes, less than 64 KiB: an entry of a log (C2SP
  -- tlog-tiles). `r.envelope` reads it whole.
  kept text not null check (octet_length(whole_envelope(kept, key, case_id)) < 65536),
  -- One sealed part of the body per subject.
  subjects text[] not null,
  sealed bytea[] not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (key, company)
);
create function envelope(r audit_record) returns text language sql immutable parallel safe as $$
  select whole_envelope(r.kept, r.key, r.case_id)
$$;
create unique index audit_record_of_case on audit_record (company, log, case_id, n) where case_id is not null;
-- Whether a case's end names a step that did not come about and that nothing after it told to whoever asked, before the next
-- step: as `untoldSteps` of domain/silence.ts says; a test holds the two equal.
create function ended_untold(p_envelope text) returns boolean language sql immutable parallel safe as $$
  with step as (
    select o.place, o.outcome->>'kind' as kind,
      o.outcome->>'step' = 'write-back' or o.outcome->>'step' ~ '^crm-note(-|$)' as tells,
      o.outcome->>'step' = 'deal-team.tell' as follows
    from jsonb_array_elements(case jsonb_typeof(p_envelope::jsonb #> '{fields,outcomes}')
                                when 'array' then p_envelope::jsonb #> '{fields,outcomes}' else '[]' end)
      with ordinality as o (outcome, place))
  select exists (
    select from step s
    where not s.tells and not s.follows
      and s.kind not in ('executed', 'already-done', 'superseded', 'idle', 'withheld')
      and not exists (
        select from step t
        where t.tells and t.kind in ('executed', 'already-done') and t.place > s.place
          and not exists (select from step b where not b.tells and not b.follows and b.place > s.place and b.place < t.place)))
$$;
-- Ends that were told to nobody, the newest last: there are few.
create index audit_record_untold on audit_record (company, recorded_at)
  where kind = 'case_end' and ended_untold(whole_envelope(kept, key, case_id));
create trigger audit_record_is_append_only before update or delete on audit_record
  for each row execute function refuse_change();
create trigger audit_record_keeps_all before truncate on audit_record for each statement execute function refuse_change();

-- Values too large for a body, by the SHA-256 of their canonical JSON, sealed like the body that names them.
create table audit_blob (
  company text not null,
  digest text not null,
  subject_id text not null,
  sealed bytea not null,
  primary key (digest, subject_id, company),
  foreign key (subject_id, company) references audit_subject
);
create trigger audit_blob_is_append_only before update or delete on audit_blob
  for each row execute function refuse_change();
create trigger audit_blob_keeps_all before truncate on audit_blob for each statement execute function refuse_change();

-- Nobody but append_record and append_records inserts records and numbers them.
grant select on case_head, audit_subject, audit_record, audit_blob to mandate_app, mandate_recorder;
grant insert on audit_subject to mandate_app;
grant insert on case_head, audit_record, audit_blob to mandate_recorder;
grant update (records) on case_head to mandate_recorder;

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
returns table (name text, subject_id text, wrapped_key bytea) language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  if p_alone then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  insert into audit_subject (company, subject_id, name, wrapped_key)
    select p_company, o.id, o.name, decode(o.key, 'base64')
    from jsonb_to_recordset(p_offered) as o (name text, id text, key text)
    where (select s.subject_id from audit_subject s where s.company = p_company and s.name = o.name) is null
    order by o.name
    on conflict do nothing;
  return query select wanted.name, found.subject_id, found.wrapped_key
    from (select distinct o->>'name' as name from jsonb_array_elements(p_offered) as o) wanted
    cross join lateral (select s.subject_id, s.wrapped_key from audit_subject s
                        where s.company = p_company and s.name = wanted.name limit 1) found;
end $$;

-- The hashes of the leaves that a record rests on, as its envelope lists them; one that was never made is left out.
create function parent_hashes(p_company text, p_parents jsonb) returns text language plpgsql stable as $$
begin
  if p_parents = '[]' then
    return '';
  end if;
  return (
    select coalesce(string_agg('"' || encode(found.leaf_hash, 'hex') || '"', ',' order by found.place), '')
    from (
      select place, (select x.leaf_hash from audit_place x where x.company = p_company and x.key = wanted.key) as leaf_hash
      from jsonb_array_elements_text(p_parents) with ordinality as wanted (key, place) offset 0) as found
    where found.leaf_hash is not null);
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
-- was never made is left out), `log`, `urgent`, and the sealed `bodies` and `blobs`, each with its subject.
-- Same key and same words: the first number again. Same key and other words: AUDIT_CONFLICT. The row lock on case_head
-- orders the appends of one case and makes the numbers contiguous: a rolled back append gives its number back.
create function append_record(p_company text, p_case text, p_kind text, p_key text, p_parts text)
returns bigint language plpgsql set plan_cache_mode = force_generic_plan as $$
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
  insert into audit_record (company, log, case_id, n, kind, key, kept, subjects, sealed)
    values (p_company, v_log, p_case, v_n, p_kind, p_key, kept_envelope(v_envelope, p_key, p_case), v_subjects, v_sealed)
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
  select r.n, r.envelope, r.subjects into v_known from audit_record r where r.company = p_company and r.key = p_key;
  v_start := p->>'head' || v_known.n || (p->>'middle') || '[';
  if not (starts_with(v_known.envelope, v_start) and right(v_known.envelope, length(p->>'tail')) = p->>'tail')
     and all_readable(p_company, v_known.subjects) then
    raise exception 'AUDIT_CONFLICT: record % exists with other words', p_key using errcode = 'MA001';
  end if;
  return v_known.n;
end $$;

-- For a batch that repeats a key, or of which something stands already.
create function append_one_by_one(p_company text, p_drafts jsonb) returns bigint[] language sql as $$
  select array_agg(ordered.n order by ordered.place) from (
    select place, append_record(p_company, d->>'caseId', d->>'kind', d->>'key', (d->'parts')::text) as n
    from (select d, place from jsonb_array_elements(p_drafts) with ordinality as given (d, place)
          order by d->>'caseId', place offset 0) as d offset 0) as ordered
$$;

-- Appends many records of one company as `append_record` does, in the order given, and answers their numbers. A draft is
-- {caseId, kind, key, parts}; it may rest on one that stands before it. Records that are all new, as is usual, are written
-- together; otherwise one after the other. Cases are locked in one order.
create function append_records(p_company text, p_drafts jsonb) returns bigint[] language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_count int := jsonb_array_length(p_drafts);
  -- Keys of the new records; then all whose leaves are wanted, theirs and those of what they rest on.
  v_keys text[] := '{}';
  v_wanted text[] := '{}';
  v_hashes text[];
  -- What is locked: each log and case of the batch; how many of the batch go there, and then the last number given there.
  v_logs text[] := '{}';
  v_cases text[] := '{}';
  v_sizes bigint[] := '{}';
  -- Of each draft, which of these it goes to, and the number it is given.
  v_places int[] := '{}';
  v_numbers bigint[] := '{}';
  v_envelopes text[] := '{}';
  v_leaves bytea[] := '{}';
  v_subjects text[] := '{}';
  v_has_blobs boolean := false;
  v_envelope text;
  v_leaf bytea;
  v_rests text;
  v_at int;
  d jsonb;
  v_parts jsonb;
begin
  -- Expressions alone in these loops start no query; rows are inserted together, in the order given.
  for i in 0..v_count - 1 loop
    d := p_drafts->i;
    if d->>'key' = any (v_keys) then
      return append_one_by_one(p_company, p_drafts);
    end if;
    v_keys := v_keys || (d->>'key');
    v_parts := d->'parts';
    for j in 0..jsonb_array_length(v_parts->'parents') - 1 loop
      v_wanted := v_wanted || (v_parts->'parents'->>j);
    end loop;
    v_at := 1;
    while v_at <= cardinality(v_cases) and (v_logs[v_at] <> v_parts->>'log' or v_cases[v_at] <> d->>'caseId') loop
      v_at := v_at + 1;
    end loop;
    v_logs[v_at] := v_parts->>'log';
    v_cases[v_at] := d->>'caseId';
    v_sizes[v_at] := coalesce(v_sizes[v_at], 0) + 1;
    v_places := v_places || v_at;
  end loop;
  v_wanted := v_keys || v_wanted;
  v_hashes := array(select (select encode(x.leaf_hash, 'hex') from audit_place x where x.company = p_company and x.key = w.key)
                    from unnest(v_wanted) with ordinality as w (key, place) order by place);
  for i in 1..v_count loop
    if v_hashes[i] is not null then
      return append_one_by_one(p_company, p_drafts);
    end if;
  end loop;
  if cardinality(v_cases) = 1 then
    insert into case_head as h (company, log, case_id, records) values (p_company, v_logs[1], v_cases[1], v_sizes[1])
      on conflict (company, log, case_id) do update set records = h.records + excluded.records
      returning array[h.records - v_sizes[1]] into v_sizes;
  else
    with head as (
      insert into case_head as h (company, log, case_id, records)
        select p_company, c.log, c.case_id, c.size from unnest(v_logs, v_cases, v_sizes) as c (log, case_id, size)
        order by c.case_id, c.log
        on conflict (company, log, case_id) do update set records = h.records + excluded.records
        returning h.log, h.case_id, h.records)
    select array_agg(head.records - c.size order by c.place) into v_sizes
      from unnest(v_logs, v_cases, v_sizes) with ordinality as c (log, case_id, size, place) join head using (log, case_id);
  end if;
  for i in 1..v_count loop
    d := p_drafts->(i - 1);
    v_parts := d->'parts';
    v_at := v_places[i];
    v_sizes[v_at] := v_sizes[v_at] + 1;
    v_numbers[i] := v_sizes[v_at];
    v_rests := '';
    for j in 0..jsonb_array_length(v_parts->'parents') - 1 loop
      v_at := array_position(v_wanted, v_parts->'parents'->>j);
      if v_hashes[v_at] is not null then
        v_rests := v_rests || case v_rests when '' then '"' else ',"' end || v_hashes[v_at] || '"';
      end if;
    end loop;
    v_envelope := v_parts->>'head' || v_numbers[i] || (v_parts->>'middle') || '[' || v_rests || ']' || (v_parts->>'tail');
    -- As `leaf_hash` does, without a call.
    v_leaf := sha256('\x00'::bytea || convert_to(v_envelope, 'UTF8'));
    v_hashes[i] := encode(v_leaf, 'hex');
    v_envelopes[i] := v_envelope;
    v_leaves[i] := v_leaf;
    for j in 0..jsonb_array_length(v_parts->'bodies') - 1 loop
      v_subjects := v_subjects || (v_parts->'bodies'->j->>'subject');
    end loop;
    v_has_blobs := v_has_blobs or v_parts->'blobs' <> '[]';
  end loop;
  insert into audit_record (company, log, case_id, n, kind, key, kept, subjects, sealed)
    select p_company, draft #>> '{parts,log}', draft->>'caseId', r.n, draft->>'kind', r.key, kept_envelope(r.envelope, r.key, draft->>'caseId'),
      array(select body->>'subject' from jsonb_array_elements(draft #> '{parts,bodies}') with ordinality as o (body, place) order by place),
      array(select decode(body->>'sealed', 'base64')
            from jsonb_array_elements(draft #> '{parts,bodies}') with ordinality as o (body, place) order by place)
    from rows from (jsonb_array_elements(p_drafts), unnest(v_keys), unnest(v_numbers), unnest(v_envelopes))
      as r (draft, key, n, envelope);
  insert into audit_place (company, log, key, leaf_hash, urgent)
    select p_company, draft #>> '{parts,log}', r.key, r.leaf, (draft #>> '{parts,urgent}')::boolean
    from rows from (jsonb_array_elements(p_drafts), unnest(v_keys), unnest(v_leaves)) as r (draft, key, leaf);
  if v_has_blobs then
    insert into audit_blob (company, digest, subject_id, sealed)
      select p_company, blob->>'digest', blob->>'subject', decode(blob->>'sealed', 'base64')
      from jsonb_array_elements(p_drafts) as draft, jsonb_array_elements(draft #> '{parts,blobs}') as blob on conflict do nothing;
  end if;
  if not all_readable(p_company, array(select distinct s from unnest(v_subjects) as s)) then
    raise exception 'ERASED: a record is about somebody who was erased' using errcode = 'MA002';
  end if;
  return v_numbers;
end $$;

-- What is told once per case is not told again by a case that is started anew for the same event.
create function append_once(p_company text, p_case text, p_kind text, p_key text, p_parts text)
returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  if exists (select 1 from audit_record where company = p_company and key = p_key) then
    return;
  end if;
  begin
    perform append_record(p_company, p_case, p_kind, p_key, p_parts);
  exception when sqlstate 'MA001' then
    -- Somebody told it at the same moment, in other words: the first one stands.
    null;
  end;
end $$;
