-- Companies, and what keeps them apart. A login sees its own company, and may do what the product does and no more. The
-- company is who is logged in (`company:acme` is acme): there is no setting that could name another one.
--
-- A table of a company has a column `company`, which is part of each of its keys. After the pending migrations are
-- applied, `secure_company_tables`, `secure_functions` and `estimate_by_keys_alone` are called: no migration can forget what they do.
--
-- Rows are found by key, whatever a plan was made on (decision 0014): the primary key of a table that grows with cases
-- begins with what names the row and ends with the company; every other index begins with the company and is partial on
-- the column that it is for, so that only a statement which names that column can use it.

-- `mandate_app` carries the rights of companies' logins; `mandate_recorder` owns the functions that append records;
-- `mandate_eraser` owns those that erase, `mandate_directory` those that change people. Nobody logs in as one of them. Roles belong to the whole cluster, whose
-- databases may migrate at the same moment: whoever comes second finds them.
do $$
declare
  v_role text;
begin
  foreach v_role in array array['mandate_app', 'mandate_recorder', 'mandate_eraser', 'mandate_directory'] loop
    begin
      if not exists (select from pg_roles where rolname = v_role) then
        execute format('create role %I nologin', v_role);
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    -- So that later migrations may replace what these own.
    grant mandate_recorder, mandate_eraser, mandate_directory to current_user;
  end if;
  execute format('revoke temporary on database %I from public', current_database());
end $$;

revoke create on schema public from public;
grant usage on schema public to mandate_app, mandate_recorder, mandate_eraser, mandate_directory;
-- What serves a company asks before it starts whether the schema is the one it knows.
grant select on schema_migration to mandate_app;

-- The company of the session's login; null for every other login, which then sees nothing. Plain enough to become part
-- of the plan: an index condition, not a call per row. Inside a function that runs with its owner's rights it is still
-- the login's.
create function current_company() returns text language sql stable parallel safe
  return case when starts_with(session_user, 'company:') then substr(session_user, 9) end;

-- How far a company's clock is ahead of wall time. Set on embedded engines alone, by the owner; no row: not at all.
create table company_clock (
  company text primary key,
  ahead_ms bigint not null check (ahead_ms >= 0)
);
grant select on company_clock to mandate_app;

-- Row security on every table with a company, for everyone, the table's owner included. Safe to repeat. A migration that
-- must change rows of all companies lifts FORCE from its tables first.
create function secure_company_tables() returns void language plpgsql as $$
declare
  v_table text;
begin
  for v_table in
    select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind in ('r', 'p') and a.attname = 'company' and not a.attisdropped
      and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
    order by 1
  loop
    execute format('alter table %s enable row level security, force row level security', v_table);
    if not exists (select from pg_policy where polrelid = v_table::regclass and polname = 'own_company') then
      execute format('create policy own_company on %s using (company = current_company()) with check (company = current_company())',
        v_table);
      -- Inside its function the recorder appends for whoever may become it anyway: the owner. A company's login never may.
      execute format($p$create policy appending_owner on %s to mandate_recorder
        using (current_user = 'mandate_recorder' and pg_has_role(session_user, 'mandate_recorder', 'member'))
        with check (current_user = 'mandate_recorder' and pg_has_role(session_user, 'mandate_recorder', 'member'))$p$, v_table);
    end if;
  end loop;
end $$;

-- Rows are found by key (decision 0014): nothing is estimated of a column that no index has, such as a sealed body, and a sample
-- of such columns is most of what an `analyze` would write. Safe to repeat.
create function estimate_by_keys_alone() returns void language plpgsql as $$
declare
  c record;
begin
  for c in
    select a.attrelid::regclass::text as name, string_agg(format('alter column %I set statistics 0', a.attname), ', ') as changes
    from pg_class t join pg_attribute a on a.attrelid = t.oid
    where t.relkind in ('r', 'p') and t.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
      and a.attnum > 0 and not a.attisdropped and a.attstattarget is distinct from 0
      and not exists (select from pg_index i where i.indrelid = t.oid and a.attnum = any (i.indkey))
    group by 1 order by 1
  loop
    execute format('alter table %s %s', c.name, c.changes);
  end loop;
end $$;

-- Functions are for companies' logins, not for every login; every policy asks current_company. What appends records runs
-- with the recorder's rights. Triggers look names up in the product's own schema, so that no temporary table can stand in
-- for a ledger. Safe to repeat.
create function secure_functions() returns void language plpgsql as $$
declare
  f record;
begin
  grant create on schema public to mandate_recorder;
  for f in
    select p.oid::regprocedure::text as signature, p.proname as name, p.prorettype = 'trigger'::regtype as is_trigger
    from pg_proc p
    where p.pronamespace::regnamespace::text !~ '^(pg_|information_schema$)' and p.prokind = 'f'
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    order by 1
  loop
    continue when f.name = 'current_company';
    execute format('revoke execute on function %s from public', f.signature);
    if f.is_trigger then
      execute format('alter function %s set search_path = public, pg_temp', f.signature);
    elsif f.name not in ('secure_company_tables', 'secure_functions', 'estimate_by_keys_alone') then
      execute format('grant execute on function %s to mandate_app, mandate_recorder', f.signature);
    end if;
    if f.name in ('append_record', 'append_records') then
      execute format('alter function %s security definer set search_path = public, pg_temp', f.signature);
      execute format('alter function %s owner to mandate_recorder', f.signature);
    end if;
  end loop;
  revoke create on schema public from mandate_recorder;
end $$;

-- For triggers of rows that are kept as they were written. Only an erasure overwrites, and only what it may (0014).
create function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if is_erasure(tg_table_name, to_jsonb(old), to_jsonb(new)) then
      return new;
    end if;
  end if;
  raise exception 'APPEND_ONLY: % on % is refused', lower(tg_op), tg_table_name using errcode = '42501';
end $$;
