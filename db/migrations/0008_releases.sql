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
  -- What waited for a second person and gave its place to this one, by the author's own word.
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
