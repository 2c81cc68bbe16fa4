-- A place in the log for what one append wrote, and not for each of its records (decision 0035): they stand in the tree one after the
-- other, in the order in which they were given. A record says which place is its.

alter table audit_record add column place bigint;

-- Whoever owns the tables sees no company's rows, and nothing but an erasure changes a record.
alter table audit_record no force row level security, disable trigger audit_record_is_append_only;
alter table audit_place no force row level security;
update audit_record r set place = (select x.ordinal from audit_place x where x.company = r.company and x.key = r.key);
alter table audit_record force row level security, enable trigger audit_record_is_append_only, alter column place set not null;
alter table audit_place force row level security;

-- `seq` is the first one's; `keys` and `hashes` are theirs in order. Enough for a step's records, and few enough that a leaf is
-- found in them at once.
alter table audit_place drop constraint audit_place_pkey, drop constraint audit_place_leaf_hash_check;
alter table audit_place alter column key type text[] using array[key];
alter table audit_place rename column key to keys;
alter table audit_place rename column leaf_hash to hashes;
alter table audit_place
  add constraint audit_place_holds_leaves check (cardinality(keys) between 1 and 16 and octet_length(hashes) = 32 * cardinality(keys));
-- Not the primary key: one that begins with what others are put in order by would be walked for that.
create unique index audit_place_by_ordinal on audit_place (company, ordinal) where ordinal is not null;
grant usage on sequence audit_place_ordinal_seq to mandate_recorder;

create or replace function place_is_given_once() returns trigger language plpgsql as $$
begin
  if old.seq is not null or new.seq is null
     or (old.company, old.log, old.ordinal, old.keys, old.hashes)
        is distinct from (new.company, new.log, new.ordinal, new.keys, new.hashes) then
    raise exception 'APPEND_ONLY: the place of % is given', old.keys[1] using errcode = '42501';
  end if;
  return new;
end $$;

-- As before, but for where a leaf's hash is found and put.

create or replace function parent_hashes(p_company text, p_parents jsonb) returns text language plpgsql stable as $$
begin
  if p_parents = '[]' then
    return '';
  end if;
  return (
    select coalesce(string_agg('"' || encode(found.leaf_hash, 'hex') || '"', ',' order by found.place), '')
    from (
      select place, (select substr(x.hashes, 32 * array_position(x.keys, wanted.key) - 31, 32) from audit_place x
                     where x.company = p_company and x.ordinal = (
                       select r.place from audit_record r where r.company = p_company and r.key = wanted.key)) as leaf_hash
      from jsonb_array_elements_text(p_parents) with ordinality as wanted (key, place) offset 0) as found
    where found.leaf_hash is not null);
end $$;

create or replace function append_record(p_company text, p_case text, p_kind text, p_key text, p_parts text)
returns bigint language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  p jsonb := p_parts::jsonb;
  v_log text := p->>'log';
  v_n bigint;
  v_subjects text[];
  v_sealed bytea[];
  v_envelope text;
  v_place bigint := nextval('audit_place_ordinal_seq');
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
  insert into audit_record (company, log, case_id, n, kind, key, kept, subjects, sealed, place)
    values (p_company, v_log, p_case, v_n, p_kind, p_key, kept_envelope(v_envelope, p_key, p_case), v_subjects, v_sealed, v_place)
    on conflict (company, key) do nothing;
  if found then
    if not all_readable(p_company, v_subjects) then
      raise exception 'ERASED: record % is about somebody who was erased', p_key using errcode = 'MA002';
    end if;
    insert into audit_blob (company, digest, subject_id, sealed)
      select p_company, blob->>'digest', blob->>'subject', decode(blob->>'sealed', 'base64')
      from jsonb_array_elements(p->'blobs') as blob on conflict do nothing;
    insert into audit_place (company, log, ordinal, keys, hashes, urgent) overriding system value
      values (p_company, v_log, v_place, array[p_key], leaf_hash(v_envelope), (p->>'urgent')::boolean);
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

create or replace function append_records(p_company text, p_drafts jsonb) returns bigint[] language plpgsql set plan_cache_mode = force_generic_plan as $$
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
  -- The place that each draft's leaf goes to; of each log, the place that is filled now, and how many leaves it has.
  v_ordinals bigint[] := '{}';
  v_open_logs text[] := '{}';
  v_open bigint[] := '{}';
  v_filled int[] := '{}';
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
  v_hashes := array(select (select encode(substr(x.hashes, 32 * array_position(x.keys, w.key) - 31, 32), 'hex') from audit_place x
                            where x.company = p_company and x.ordinal = (
                              select r.place from audit_record r where r.company = p_company and r.key = w.key))
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
    v_at := coalesce(array_position(v_open_logs, v_parts->>'log'), cardinality(v_open_logs) + 1);
    if coalesce(v_filled[v_at], 16) = 16 then
      v_open_logs[v_at] := v_parts->>'log';
      v_open[v_at] := nextval('audit_place_ordinal_seq');
      v_filled[v_at] := 0;
    end if;
    v_filled[v_at] := v_filled[v_at] + 1;
    v_ordinals[i] := v_open[v_at];
    for j in 0..jsonb_array_length(v_parts->'bodies') - 1 loop
      v_subjects := v_subjects || (v_parts->'bodies'->j->>'subject');
    end loop;
    v_has_blobs := v_has_blobs or v_parts->'blobs' <> '[]';
  end loop;
  insert into audit_record (company, log, case_id, n, kind, key, kept, subjects, sealed, place)
    select p_company, draft #>> '{parts,log}', draft->>'caseId', r.n, draft->>'kind', r.key, kept_envelope(r.envelope, r.key, draft->>'caseId'),
      array(select body->>'subject' from jsonb_array_elements(draft #> '{parts,bodies}') with ordinality as o (body, place) order by place),
      array(select decode(body->>'sealed', 'base64')
            from jsonb_array_elements(draft #> '{parts,bodies}') with ordinality as o (body, place) order by place),
      r.ordinal
    from rows from (jsonb_array_elements(p_drafts), unnest(v_keys), unnest(v_numbers), unnest(v_envelopes), unnest(v_ordinals))
      as r (draft, key, n, envelope, ordinal);
  insert into audit_place (company, log, ordinal, keys, hashes, urgent) overriding system value
    select p_company, min(draft #>> '{parts,log}'), r.ordinal, array_agg(r.key order by r.nth),
           string_agg(r.leaf, ''::bytea order by r.nth), bool_or((draft #>> '{parts,urgent}')::boolean)
    from rows from (jsonb_array_elements(p_drafts), unnest(v_keys), unnest(v_leaves), unnest(v_ordinals)) with ordinality
      as r (draft, key, leaf, ordinal, nth)
    group by r.ordinal order by r.ordinal;
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
