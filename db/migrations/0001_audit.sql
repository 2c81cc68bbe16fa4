-- The plain audit record: append-only, contiguous per case, one row per thing that happened.
-- The Merkle log attaches to append_record, the only function that inserts here.

create table case_head (
  company text not null,
  case_id text not null,
  records bigint not null default 0,
  primary key (company, case_id)
);

create table audit_record (
  company text not null,
  case_id text not null,
  n bigint not null check (n > 0),
  kind text not null check (kind in
    ('event', 'proposal', 'review', 'decision', 'escalation', 'approval', 'intent', 'receipt', 'case_end')),
  key text not null,
  -- RFC 8785 bytes of {at, body, caseId, company, key, kind}; never jsonb, which reorders keys.
  canonical text not null,
  digest text not null check (digest = encode(sha256(convert_to(canonical, 'UTF8')), 'hex')),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (company, case_id, n),
  unique (company, key)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'APPEND_ONLY: % on % is refused', lower(tg_op), tg_table_name using errcode = '42501';
end $$;

create trigger audit_record_is_append_only before update or delete on audit_record
  for each row execute function refuse_change();
create trigger audit_record_keeps_all before truncate on audit_record
  for each statement execute function refuse_change();

-- Same key and same bytes: the first n again. Same key and other bytes: AUDIT_CONFLICT. The row lock on case_head
-- orders the appends of one case and makes n contiguous: a rolled back append gives its number back.
create function append_record(p_company text, p_case text, p_kind text, p_key text, p_canonical text)
returns bigint language plpgsql as $$
declare
  v_n bigint;
  v_digest text := encode(sha256(convert_to(p_canonical, 'UTF8')), 'hex');
  v_known text;
begin
  insert into case_head as head (company, case_id, records) values (p_company, p_case, 1)
    on conflict (company, case_id) do update set records = head.records + 1
    returning records into v_n;
  insert into audit_record (company, case_id, n, kind, key, canonical, digest)
    values (p_company, p_case, v_n, p_kind, p_key, p_canonical, v_digest)
    on conflict (company, key) do nothing;
  if found then
    return v_n;
  end if;
  update case_head set records = records - 1 where company = p_company and case_id = p_case;
  select n, digest into v_n, v_known from audit_record where company = p_company and key = p_key;
  if v_known <> v_digest then
    raise exception 'AUDIT_CONFLICT: record % exists with other bytes', p_key using errcode = 'MA001';
  end if;
  return v_n;
end $$;
