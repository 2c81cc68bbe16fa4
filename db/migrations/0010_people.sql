-- People: who asks and who may answer, the names that other systems know them by, when they work, and whose signatures put
-- policies in force.
--
-- The login only reads who is who. `change_people` alone changes it, in the transaction of the record that tells so: asked by
-- an admin, and by a second one too where it widens what somebody may do or lets a name count as somebody's; alone what
-- narrows that, and everybody their own token. The first admins come from the owner's hand (`mandate migrate`).

-- Tokens are kept as SHA-256 only. What another company must not learn by trying is that one is taken.
create table person (
  company text not null,
  person_id text not null,
  name text not null,
  role text not null,
  -- Null for somebody who asks and never logs in.
  token_sha256 text,
  -- Nobody by this person's names is known from then on.
  revoked_at timestamptz,
  primary key (company, person_id)
);
create unique index person_token on person (company, token_sha256) where token_sha256 is not null;
-- Who may answer what is routed to a role.
create index person_of_role on person (company, role, person_id) where revoked_at is null and token_sha256 is not null;

-- What systems call people. `alias` is normalised (domain/alias.ts); people's own ids and names are aliases of the system
-- `own`. A name may be two people's, and is then nobody's; everything else is one person's.
create table person_alias (
  company text not null,
  system text not null,
  kind text not null check (kind in ('user-id', 'owner-id', 'mail', 'name')),
  alias text not null,
  person_id text not null,
  alias_id text not null generated always as (system || '/' || kind || '/' || alias || '/' || person_id) stored,
  primary key (alias_id, company),
  foreign key (company, person_id) references person on delete cascade
);
create unique index person_alias_of_one on person_alias (company, system, kind, alias) where kind <> 'name';
create index person_alias_by_text on person_alias (company, alias) where alias is not null;
create index person_alias_of_person on person_alias (company, person_id) where person_id is not null;

-- Every change that was asked for. `detail`: what it says of the person, and a salt. Its record names people by their random
-- names and what it says by a digest, so that an erasure leaves nothing of them.
create table person_change (
  company text not null,
  change_id text not null,
  change text not null check (change in ('add', 'add-alias', 'remove-alias', 'role', 'revoke', 'token')),
  person_id text not null,
  detail jsonb not null,
  state text not null check (state in ('waiting', 'done', 'dropped')),
  asked_by text not null,
  reason text not null,
  asked_at timestamptz not null,
  settled_by text,
  settled_at timestamptz,
  record_key text not null,
  primary key (change_id, company),
  constraint person_change_is_recorded foreign key (record_key, company) references audit_record deferrable initially deferred
);
create index person_change_waiting on person_change (company, asked_at, change_id) where state = 'waiting';
create index person_change_of_person on person_change (company, person_id) where person_id is not null;
grant select on person, person_alias, person_change to mandate_app;

-- Whom a question reaches: the first level of its route, from one on, at which somebody is known who may answer and did not ask;
-- null where none is. And how many they are from there up, counted no further than nine a level.
create function reach_of(p_company text, p_route jsonb, p_level int, p_askers jsonb, out first_level int, out people int)
language sql stable as $$
  select min(l.nth)::int - 1, count(distinct p.person_id)::int
  from jsonb_array_elements(p_route->'levels') with ordinality as l (level, nth)
  cross join lateral (
    select x.person_id from person x
    where x.company = p_company and x.role = l.level->>'role' and x.revoked_at is null and x.token_sha256 is not null
      and not p_askers ? x.person_id
    order by x.person_id limit 9) p
  where l.nth > p_level
$$;

-- When people work: the hours that deadlines run in. The newest version counts; none, and they run day and night.
create table company_calendar (
  company text not null,
  n int not null check (n > 0),
  document jsonb not null,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  set_by text not null,
  set_at timestamptz not null,
  record_key text not null,
  primary key (company, n),
  constraint company_calendar_is_recorded foreign key (record_key, company) references audit_record deferrable initially deferred
);
create trigger company_calendar_is_append_only before update or delete on company_calendar
  for each row execute function refuse_change();
create trigger company_calendar_keeps_all before truncate on company_calendar
  for each statement execute function refuse_change();
grant select, insert on company_calendar to mandate_app;

-- Whether a role may only do less than another. Roles that are not on one ladder do different things: neither is less.
create function role_is_less(p_role text, p_than text) returns boolean language sql immutable parallel safe as $$
  select p_than <> 'requester' and (p_role = 'requester' or coalesce(
    array_position(array['seller', 'partner-manager', 'regional-director'], p_role)
    < array_position(array['seller', 'partner-manager', 'regional-director'], p_than), false))
$$;

-- What comes of a change that somebody asks for: `done`, `waiting` for a second admin, or why it is refused.
create function judge_people_change(p_company text, p_by text, p_change text, p_person text, p_detail jsonb)
returns text language plpgsql stable as $$
declare
  v_by person%rowtype;
  v_person person%rowtype;
begin
  select * into v_by from person where company = p_company and person_id = p_by and revoked_at is null;
  if not found then
    return 'not-known';
  end if;
  select * into v_person from person where company = p_company and person_id = p_person;
  if p_change = 'token' and p_by = p_person then
    return 'done';
  end if;
  if v_by.role <> 'admin' then
    return 'wrong-role';
  end if;
  if p_change = 'add' and v_person.person_id is not null then
    return 'already-there';
  end if;
  if p_change <> 'add' and (v_person.person_id is null or v_person.revoked_at is not null and p_change <> 'remove-alias') then
    return 'not-found';
  end if;
  if p_change in ('add', 'add-alias') and exists (
    select from jsonb_to_recordset(p_detail->'aliases') as g (system text, kind text, alias text)
    join person_alias a on a.company = p_company and a.system = g.system and a.kind = g.kind and a.alias = g.alias
    where a.kind <> 'name' and a.person_id <> p_person) then
    return 'alias-taken';
  end if;
  if p_change in ('add-alias', 'remove-alias') and (p_change = 'add-alias') = (
    select bool_and(a.person_id is not null) from jsonb_to_recordset(p_detail->'aliases') as g (system text, kind text, alias text)
    left join person_alias a on a.company = p_company and a.person_id = p_person
      and a.system = g.system and a.kind = g.kind and a.alias = g.alias)
    or p_change = 'role' and v_person.role = p_detail->>'role' then
    return 'unchanged';
  end if;
  if p_change = 'remove-alias' and exists (
    select from jsonb_to_recordset(p_detail->'aliases') as g (system text, kind text, alias text)
    where g.system = 'own' and g.kind = 'user-id') then
    return 'own-id';
  end if;
  if p_change in ('revoke', 'remove-alias') or p_change = 'role' and role_is_less(p_detail->>'role', v_person.role) then
    return 'done';
  end if;
  if exists (select from person_change c where c.company = p_company and c.state = 'waiting' and c.change = p_change
             and c.person_id = p_person and c.detail - 'salt' - 'tokenSha256' = p_detail - 'salt' - 'tokenSha256') then
    return 'asked-already';
  end if;
  return 'waiting';
end $$;

-- The same for an answer to a change that waits: `second` or `drop`. Who asked for it drops it, and does not second it.
create function judge_people_answer(p_company text, p_by text, p_answer text, p_change_id text)
returns text language plpgsql stable as $$
declare
  c person_change%rowtype;
  v_judged text;
begin
  select * into c from person_change where company = p_company and change_id = p_change_id;
  if not found then
    return 'not-found';
  end if;
  if c.state <> 'waiting' then
    return 'already-decided';
  end if;
  if not exists (select from person where company = p_company and person_id = p_by and revoked_at is null and role = 'admin') then
    return 'wrong-role';
  end if;
  if p_answer = 'drop' then
    return 'dropped';
  end if;
  if c.asked_by = p_by then
    return 'own-request';
  end if;
  -- As it stands by now, and its asker with it.
  v_judged := judge_people_change(p_company, c.asked_by, c.change, c.person_id, c.detail);
  return case when v_judged in ('waiting', 'asked-already', 'done') then 'done' else v_judged end;
end $$;

create function make_people_change(c person_change, p_at timestamptz) returns void language plpgsql as $$
begin
  if c.change = 'add' then
    insert into person (company, person_id, name, role, token_sha256)
      values (c.company, c.person_id, c.detail->>'name', c.detail->>'role', c.detail->>'tokenSha256');
  end if;
  if c.change in ('add', 'add-alias') then
    insert into person_alias (company, system, kind, alias, person_id)
      select c.company, g.system, g.kind, g.alias, c.person_id
      from jsonb_to_recordset(c.detail->'aliases') as g (system text, kind text, alias text) on conflict do nothing;
  end if;
  if c.change = 'remove-alias' then
    delete from person_alias a using jsonb_to_recordset(c.detail->'aliases') as g (system text, kind text, alias text)
      where a.company = c.company and a.person_id = c.person_id
        and a.system = g.system and a.kind = g.kind and a.alias = g.alias;
  end if;
  update person set role = coalesce(case when c.change = 'role' then c.detail->>'role' end, role),
      token_sha256 = case c.change when 'token' then c.detail->>'tokenSha256' when 'revoke' then null else token_sha256 end,
      revoked_at = case when c.change = 'revoke' then p_at else revoked_at end
    where company = c.company and person_id = c.person_id and c.change in ('role', 'token', 'revoke');
end $$;

-- The one way to change who is who. `p` is {company, step, changeId, by, at, caseId, recordKey, canonical}, for the step `ask`
-- also {change, person, detail, reason}; `first` makes admins of {people} while there are fewer than two, and is the owner's
-- alone. Answers as the judges do. What is not refused is recorded here, in words that fit, or nothing is changed.
create function change_people(p jsonb) returns text language plpgsql as $$
declare
  v_company text := p->>'company';
  v_step text := p->>'step';
  v_at timestamptz := (p->>'at')::timestamptz;
  v_state text;
  c person_change%rowtype;
begin
  perform check_own_company(v_company);
  perform pg_advisory_xact_lock(hashtext(v_company || '/people'), 0);
  if v_step = 'first' then
    if current_company() is not null then
      raise exception 'OWNER_ONLY: a company''s login makes no first admins' using errcode = '42501';
    end if;
    if (select count(*) from person where company = v_company and role = 'admin' and revoked_at is null) >= 2 then
      return 'already-there';
    end if;
    v_state := 'done';
  elsif v_step = 'ask' then
    v_state := judge_people_change(v_company, p->>'by', p->>'change', p->>'person', p->'detail');
  else
    v_state := judge_people_answer(v_company, p->>'by', v_step, p->>'changeId');
  end if;
  if v_state not in ('done', 'waiting', 'dropped') then
    return v_state;
  end if;
  perform append_record(v_company, p->>'caseId', 'people', p->>'recordKey', p->>'canonical');
  if not exists (
    select from audit_record r where r.company = v_company and r.key = p->>'recordKey' and r.kind = 'people'
      and r.envelope::jsonb #>> '{fields,changeId}' = p->>'changeId' and r.envelope::jsonb #>> '{fields,state}' = v_state
      and r.envelope::jsonb #>> '{actor,ref}' = (
        select s.subject_id from audit_subject s where s.company = v_company and s.name = 'person:' || (p->>'by'))) then
    raise exception 'NO_RECORD: the change % is not recorded', p->>'changeId' using errcode = '42501';
  end if;
  if v_step = 'first' then
    perform make_people_change(row(v_company, p->>'changeId', 'add', g->>'person', g->'detail', 'done', p->>'by', '', v_at,
                                   null, null, p->>'recordKey')::person_change, v_at)
      from jsonb_array_elements(p->'people') as g;
    return v_state;
  end if;
  if v_step = 'ask' then
    insert into person_change (company, change_id, change, person_id, detail, state, asked_by, reason, asked_at, record_key)
      values (v_company, p->>'changeId', p->>'change', p->>'person', p->'detail', v_state, p->>'by', p->>'reason', v_at, p->>'recordKey')
      returning * into c;
  else
    update person_change set state = v_state, settled_by = p->>'by', settled_at = v_at
      where company = v_company and change_id = p->>'changeId' returning * into c;
  end if;
  if v_state = 'done' then
    perform make_people_change(c, v_at);
  end if;
  return v_state;
end $$;

grant select, insert, update (role, token_sha256, revoked_at) on person to mandate_directory;
grant select, insert, delete on person_alias to mandate_directory;
grant select, insert, update (state, settled_by, settled_at) on person_change to mandate_directory;
grant select on audit_record, audit_subject to mandate_directory;
grant execute on function append_record, envelope, whole_envelope, role_is_less, judge_people_change, judge_people_answer,
  make_people_change to mandate_directory;
-- Inside its function it sees what the login sees, or, for whoever may become it anyway, everything.
do $$
declare
  t text;
begin
  foreach t in array array['person', 'person_alias', 'person_change', 'audit_record', 'audit_subject'] loop
    execute format($p$create policy directory_owner on %s to mandate_directory
      using (current_user = 'mandate_directory' and pg_has_role(session_user, 'mandate_directory', 'member'))
      with check (current_user = 'mandate_directory' and pg_has_role(session_user, 'mandate_directory', 'member'))$p$, t);
  end loop;
end $$;
alter function change_people security definer set search_path = public, pg_temp;
grant create on schema public to mandate_directory;
alter function change_people owner to mandate_directory;
revoke create on schema public from mandate_directory;

-- The public half of a person's signing key (Ed25519, SPKI, base64). The first one stands.
create table signing_key (
  company text not null,
  person_id text not null,
  public_key text not null,
  registered_at timestamptz not null,
  primary key (company, person_id)
);
create trigger signing_key_is_append_only before update or delete on signing_key
  for each row execute function refuse_change();
create trigger signing_key_keeps_all before truncate on signing_key for each statement execute function refuse_change();
grant select, insert on signing_key to mandate_app;

-- Answers the key that stands. A first one is recorded.
create function register_signing_key(p jsonb) returns text language plpgsql as $$
begin
  insert into signing_key (company, person_id, public_key, registered_at)
  values (p->>'company', p->>'person', p->>'publicKey', (p->>'at')::timestamptz)
  on conflict do nothing;
  if found then
    perform append_record(p->>'company', p->>'caseId', 'policy', p->>'recordKey', p->>'canonical');
  end if;
  return (select public_key from signing_key where company = p->>'company' and person_id = p->>'person');
end $$;
