-- Policy releases and autonomy modes: what is in force, who signed for it, and every step to it. All of it is append-only.

-- A bundle: every policy of a folder as one canonical JSON document, named by its SHA-256.
create table policy_release (
  company text not null,
  release text not null,
  parent text,
  document text not null check (release = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
  author text not null,
  created_at timestamptz not null,
  primary key (company, release),
  foreign key (company, parent) references policy_release
);
create trigger policy_release_is_append_only before update or delete on policy_release
  for each row execute function refuse_change();
create trigger policy_release_keeps_all before truncate on policy_release
  for each statement execute function refuse_change();

-- The company's history of releases, without a gap. What is in force is what this history, read from its beginning, says.
create table policy_release_event (
  company text not null,
  n int not null check (n > 0),
  action text not null check (action in ('apply', 'promote', 'rollback')),
  release text not null,
  parent text,
  canary_ppm int not null check (canary_ppm between 1 and 1000000),
  -- What waited for a second person, or ran as a canary, and gave its place to this one, by the author's own word.
  replaces text,
  -- One person was enough. Readers prove again that the change loosens nothing.
  alone boolean not null,
  person_id text not null,
  role text not null,
  reason text not null check (reason <> ''),
  at timestamptz not null,
  signature text not null,
  primary key (company, n),
  foreign key (company, release) references policy_release
);
create trigger policy_release_event_is_append_only before update or delete on policy_release_event
  for each row execute function refuse_change();
create trigger policy_release_event_keeps_all before truncate on policy_release_event
  for each statement execute function refuse_change();

-- Autonomy modes by policy id. The newest row that is in force counts; a raise that waits for a second person is not.
create table autonomy_mode (
  company text not null,
  n int not null check (n > 0),
  policy_id text not null,
  mode text not null check (mode in ('off', 'shadow', 'assisted', 'led')),
  in_force boolean not null,
  person_id text not null,
  role text not null,
  reason text not null check (reason <> ''),
  at timestamptz not null,
  -- Absent where the system itself lowered a mode.
  signature text,
  primary key (company, n)
);
create index autonomy_mode_newest on autonomy_mode (company, policy_id, n desc) where in_force;
create trigger autonomy_mode_is_append_only before update or delete on autonomy_mode
  for each row execute function refuse_change();
create trigger autonomy_mode_keeps_all before truncate on autonomy_mode for each statement execute function refuse_change();

grant select, insert on policy_release, policy_release_event, autonomy_mode to mandate_app;

-- One change at its place in the history, with its bundle (when it brings one) and its record. False when the place is taken:
-- of two who sign for what they saw, one is told to look again, so that neither puts away what the other just proposed.
create function append_release_change(p jsonb) returns boolean language plpgsql as $$
begin
  if (p->>'n')::int <> 1 + coalesce((select max(n) from policy_release_event where company = p->>'company'), 0) then
    return false;
  end if;
  if (p->>'document') is not null then
    insert into policy_release (company, release, parent, document, author, created_at)
    values (p->>'company', p->>'release', p->>'parent', p->>'document', p->>'person', (p->>'at')::timestamptz)
    on conflict do nothing;
  end if;
  insert into policy_release_event (company, n, action, release, parent, canary_ppm, replaces, alone, person_id, role, reason, at, signature)
  values (p->>'company', (p->>'n')::int, p->>'action', p->>'release', p->>'parent', (p->>'canaryPpm')::int,
          p->>'replaces', (p->>'alone')::boolean, p->>'person', p->>'role', p->>'reason', (p->>'at')::timestamptz, p->>'signature')
  on conflict (company, n) do nothing;
  if not found then
    return false;
  end if;
  perform append_record(p->>'company', p->>'caseId', 'policy', p->>'recordKey', p->>'canonical');
  return true;
end $$;

create function append_mode_change(p jsonb) returns boolean language plpgsql as $$
begin
  if (p->>'n')::int <> 1 + coalesce((select max(n) from autonomy_mode where company = p->>'company'), 0) then
    return false;
  end if;
  insert into autonomy_mode (company, n, policy_id, mode, in_force, person_id, role, reason, at, signature)
  values (p->>'company', (p->>'n')::int, p->>'policy', p->>'mode', (p->>'inForce')::boolean, p->>'person', p->>'role',
          p->>'reason', (p->>'at')::timestamptz, p->>'signature')
  on conflict (company, n) do nothing;
  if not found then
    return false;
  end if;
  perform append_record(p->>'company', p->>'caseId', 'policy', p->>'recordKey', p->>'canonical');
  return true;
end $$;

-- What people bound agents by, beside the policies: switches (`switch/tool/crm.note`), the autonomy of agents
-- (`autonomy/agent/compliance`), budgets (`budget/company/tokens`). One ledger: the newest cap that is in force counts, smaller
-- is narrower and null bounds nothing. A narrower one counts at once; a wider one when a second person asks for the same.
create table control (
  company text not null,
  n int not null check (n > 0),
  name text not null check (name ~ '^(switch|autonomy|budget)/'),
  -- 0 stops what a switch names. Of an agent's mode, its place among `off`, `shadow`, `assisted`; `led` is null.
  cap bigint check (cap >= 0 and (name !~ '^switch/' or cap = 0) and (name !~ '^autonomy/' or cap <= 2)),
  in_force boolean not null,
  person_id text not null,
  role text not null,
  reason text not null check (reason <> ''),
  at timestamptz not null,
  record_key text not null,
  primary key (company, n),
  constraint control_is_recorded foreign key (record_key, company) references audit_record deferrable initially deferred
);
create index control_newest on control (company, name, n desc) where name is not null;
create trigger control_keeps_all before truncate on control for each statement execute function refuse_change();
grant select, insert on control to mandate_app;

create trigger control_is_append_only before update or delete on control for each row execute function refuse_change();

create function control_cap(p_company text, p_name text) returns bigint language sql stable as $$
  select c.cap from control c where c.company = p_company and c.name = p_name and c.in_force order by c.n desc limit 1
$$;

-- What comes of a control that somebody asks for: `done`, `waiting` for a second person, or why it is refused.
create function judge_control(p_company text, p_person text, p_name text, p_cap bigint) returns text language plpgsql stable as $$
declare
  v_cap bigint := control_cap(p_company, p_name);
  v_last control%rowtype;
begin
  if not exists (select from person where company = p_company and person_id = p_person and revoked_at is null) then
    return 'not-known';
  end if;
  if p_cap is not distinct from v_cap then
    return 'unchanged';
  end if;
  if v_cap is null or p_cap < v_cap then
    return 'done';
  end if;
  select * into v_last from control c where c.company = p_company and c.name = p_name order by c.n desc limit 1;
  if v_last.in_force or v_last.cap is distinct from p_cap then
    return 'waiting';
  end if;
  return case when v_last.person_id = p_person then 'own-request' else 'done' end;
end $$;

-- No control is taken that is not judged so, or whose record says otherwise.
create function control_is_judged() returns trigger language plpgsql as $$
declare
  v_judged text;
begin
  perform pg_advisory_xact_lock(hashtext(new.company || '/control'), 0);
  v_judged := judge_control(new.company, new.person_id, new.name, new.cap);
  if v_judged is distinct from (case when new.in_force then 'done' else 'waiting' end) then
    raise exception 'NOT_SO: the control % is % and not in force: %', new.name, v_judged, not new.in_force using errcode = '42501';
  end if;
  if new.n <> 1 + coalesce((select max(c.n) from control c where c.company = new.company), 0) then
    raise exception 'OUT_OF_PLACE: control % has no place %', new.name, new.n using errcode = '42501';
  end if;
  if not exists (
    select from audit_record r where r.company = new.company and r.key = new.record_key and r.kind = 'policy'
      and r.envelope::jsonb #>> '{fields,control}' = new.name
      and (r.envelope::jsonb #>> '{fields,inForce}')::boolean = new.in_force) then
    raise exception 'NO_RECORD: the control % is not recorded', new.name using errcode = '42501';
  end if;
  return new;
end $$;
create trigger control_is_judged before insert on control for each row execute function control_is_judged();

-- The lowest autonomy of the agents that took a turn in a step; null where nothing bounds them.
create function agents_cap(p_company text, p_step text) returns bigint language plpgsql stable as $$
declare
  v_role text;
  v_cap bigint;
begin
  foreach v_role in array array['intelligence', 'orchestration', 'compliance'] loop
    if exists (select from audit_record r where r.company = p_company and r.key = p_step || '/' || v_role || '/turn') then
      v_cap := least(v_cap, control_cap(p_company, 'autonomy/agent/' || v_role));
    end if;
  end loop;
  return v_cap;
end $$;

-- Which control keeps an effect of a step from beginning by now; null where none does. A switch of the company, the function, the
-- tool; an agent that took a turn in the step, unless people approved what came of that; the policy's mode (`p_policy` null: not
-- asked). Read in the statement that begins or calls the effect, never kept.
create function stopped_by(p_company text, p_function text, p_tool text, p_step text, p_policy text, p_approved boolean)
returns text language plpgsql stable as $$
declare
  v_name text;
begin
  foreach v_name in array array['switch/company', 'switch/function/' || p_function, 'switch/tool/' || p_tool] loop
    if control_cap(p_company, v_name) = 0 then
      return v_name;
    end if;
  end loop;
  if p_policy is not null and (
    select a.mode from autonomy_mode a where a.company = p_company and a.policy_id = p_policy and a.in_force
    order by a.n desc limit 1) in ('off', 'shadow') then
    return 'mode/' || p_policy;
  end if;
  if p_approved then
    return null;
  end if;
  foreach v_name in array array['intelligence', 'orchestration', 'compliance'] loop
    if (control_cap(p_company, 'switch/agent/' || v_name) = 0 or control_cap(p_company, 'autonomy/agent/' || v_name) <= 1)
       and exists (select from audit_record r where r.company = p_company and r.key = p_step || '/' || v_name || '/turn') then
      return case when control_cap(p_company, 'switch/agent/' || v_name) = 0 then 'switch' else 'autonomy' end || '/agent/' || v_name;
    end if;
  end loop;
  return null;
end $$;
