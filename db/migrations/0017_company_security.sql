-- A login sees its own company, and may do what the product does and no more. The company is who is logged in
-- (`company:acme` is acme): there is no setting that could name another one.
--
-- `mandate_app` carries the rights of companies' logins; `mandate_recorder` owns the functions that append records.
-- Roles belong to the whole cluster, whose databases may migrate at the same moment: whoever comes second finds them.
do $$
declare
  v_role text;
begin
  foreach v_role in array array['mandate_app', 'mandate_recorder'] loop
    begin
      if not exists (select from pg_roles where rolname = v_role) then
        execute format('create role %I nologin', v_role);
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    -- So that later migrations may replace what the recorder owns.
    grant mandate_recorder to current_user;
  end if;
end $$;

-- The company of the session's login; null for every other login, which then sees nothing. Plain enough to become part
-- of the plan: an index condition, not a call per row. Inside a function that runs with its owner's rights it is still
-- the login's.
create function current_company() returns text language sql stable parallel safe
  return case when starts_with(session_user, 'company:') then substr(session_user, 9) end;

-- Row security on every table with a company, for everyone, the table's owner included. Safe to repeat: a later migration
-- that makes such a table calls it again, and grants what the product does with the table. A migration that must change
-- rows of all companies lifts FORCE from its tables first, and calls this at its end.
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

-- Functions are for companies' logins, not for every login; every policy asks current_company. What appends records runs
-- with the recorder's rights. Triggers look names up in the product's own schema, so that no temporary table can stand in
-- for a ledger. Safe to repeat: a later migration that makes or replaces functions calls it again.
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
    elsif f.name not in ('secure_company_tables', 'secure_functions') then
      execute format('grant execute on function %s to mandate_app, mandate_recorder', f.signature);
    end if;
    if f.name in ('append_record', 'append_records') then
      execute format('alter function %s security definer set search_path = public, pg_temp', f.signature);
      execute format('alter function %s owner to mandate_recorder', f.signature);
    end if;
  end loop;
  revoke create on schema public from mandate_recorder;
end $$;

-- What another company must not learn by trying: that a key is taken.
alter table person drop constraint person_token_sha256_key;
alter table person add constraint person_token unique (company, token_sha256);

-- What waits is looked for within the company.
drop index inbox_untold;
create index inbox_untold on inbox (company, retry_at) where dispatched_at is null and state in ('pending', 'late');
drop index outbox_waiting;
create index outbox_waiting on outbox (company, retry_at) where delivered_at is null;

revoke create on schema public from public;
do $$
begin
  execute format('revoke temporary on database %I from public', current_database());
end $$;
grant usage on schema public, programme, sandbox_crm, sandbox_quotes to mandate_app;
grant usage on schema public to mandate_recorder;
grant select on all tables in schema public, programme, sandbox_crm, sandbox_quotes to mandate_app;

-- Nobody but append_record and append_records inserts records and numbers them.
grant insert on case_head, audit_record, audit_blob, audit_place to mandate_recorder;
grant select on case_head, audit_record, audit_blob, audit_place, audit_subject to mandate_recorder;
grant update (records) on case_head to mandate_recorder;

-- Kept as it was written. A stop may be set by whoever may do anything; to lift one takes the database's administrator.
grant insert on policy_version, agent_turn, proposal, decision, approval, permit, kill_switch, signing_key, policy_release,
  policy_release_event, autonomy_mode, audit_checkpoint, audit_cosignature, programme.partner,
  programme.registration, sandbox_crm.call, sandbox_crm.note, sandbox_quotes.approved_discount, sandbox_quotes.call
  to mandate_app;

-- Moved on, in these columns.
grant insert, update (state, lease_until, attempts, response, input_tokens, output_tokens) on model_turn to mandate_app;
grant insert, update (level, role, due_at, state, closed_at) on escalation to mandate_app;
grant insert, update (state, external_ref, detail, settled_at) on effect to mandate_app;
grant insert, update (used, reserved) on limit_account to mandate_app;
grant insert, update (state, settled_at), delete on limit_reservation to mandate_app;
grant insert, update (state, dispatched_at, attempts, retry_at) on inbox to mandate_app;
grant insert, update (occurred_at) on inbox_clock to mandate_app;
grant insert, update (delivered_at, attempts, retry_at) on outbox to mandate_app;
grant insert, update (name, role, token_sha256) on person to mandate_app;
grant insert, update (finished_at) on working_day to mandate_app;
grant insert, update (properties, version) on sandbox_crm.object to mandate_app;
grant insert, update (name, wrapped_key, destroyed_at, erased_under) on audit_subject to mandate_app;
grant insert, update (size) on audit_log to mandate_app;
grant insert, update (hashes) on audit_tile to mandate_app;
grant update (seq) on audit_place to mandate_app;

select secure_company_tables();
select secure_functions();
