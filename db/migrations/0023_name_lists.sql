-- Lists that policies look names up in: each version of what one holds, and every signed step to it. All of it is append-only.

-- A version: its names as canonical JSON. It is called by the digest over their number and the root of their tree, which whoever reads
-- it works out again; two companies that hold the same have a row each.
create table name_list_version (
  company text not null,
  version text not null check (version ~ '^[0-9a-f]{64}$'),
  list text not null,
  document text not null,
  created_at timestamptz not null,
  primary key (company, version)
);
create trigger name_list_version_is_append_only before update or delete on name_list_version
  for each row execute function refuse_change();
create trigger name_list_version_keeps_all before truncate on name_list_version
  for each statement execute function refuse_change();

-- The company's history of its lists, without a gap. What a list holds is what this history, read from its beginning, says.
create table name_list_change (
  company text not null,
  n int not null check (n > 0),
  list text not null,
  version text not null,
  parent text,
  -- One person was enough. Readers prove again, for each policy that names the list, that the change loosens nothing.
  alone boolean not null,
  person_id text not null,
  role text not null,
  reason text not null check (reason <> ''),
  at timestamptz not null,
  signature text not null,
  primary key (company, n),
  foreign key (company, version) references name_list_version
);
create trigger name_list_change_is_append_only before update or delete on name_list_change
  for each row execute function refuse_change();
create trigger name_list_change_keeps_all before truncate on name_list_change
  for each statement execute function refuse_change();

grant select, insert on name_list_version, name_list_change to mandate_app;
grant select on name_list_change to mandate_eraser;

-- One change at its place in the history, with the version that it brings and its record. False when the place is taken.
create function append_list_change(p jsonb) returns boolean language plpgsql as $$
begin
  if (p->>'n')::int <> 1 + coalesce((select max(n) from name_list_change where company = p->>'company'), 0) then
    return false;
  end if;
  insert into name_list_version (company, version, list, document, created_at)
  values (p->>'company', p->>'version', p->>'list', p->>'document', (p->>'at')::timestamptz)
  on conflict do nothing;
  insert into name_list_change (company, n, list, version, parent, alone, person_id, role, reason, at, signature)
  values (p->>'company', (p->>'n')::int, p->>'list', p->>'version', p->>'parent', (p->>'alone')::boolean, p->>'person', p->>'role',
          p->>'reason', (p->>'at')::timestamptz, p->>'signature')
  on conflict (company, n) do nothing;
  if not found then
    return false;
  end if;
  perform append_record(p->>'company', p->>'caseId', 'policy', p->>'recordKey', p->>'canonical');
  return true;
end $$;

-- Signed policy changes of a person, those of lists among them.
create or replace function signatures_of(p_company text, p_person text) returns bigint language sql stable as $$
  select (select count(*) from policy_release_event where company = p_company and person_id = p_person)
       + (select count(*) from autonomy_mode where company = p_company and person_id = p_person)
       + (select count(*) from name_list_change where company = p_company and person_id = p_person)
       + (select count(*) from signing_key where company = p_company and person_id = p_person)
$$;
