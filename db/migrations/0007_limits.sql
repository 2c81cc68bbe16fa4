-- What requests come to together, per limit, account and window, and who holds what of it. An account is SHA-256 (hex)
-- over the values that name it. `used + reserved` passes a cap only by what people approved beyond it.
-- Every change of an account is made under its row's lock; several are locked in the order of the primary key.

-- What is used and held of a limit by those who share it, in one window.
create table limit_account (
  company text not null,
  policy_id text not null,
  limit_id text not null,
  account text not null,
  -- The window's first instant; -infinity for a limit without windows.
  window_from timestamptz not null,
  used bigint not null default 0 check (used >= 0),
  reserved bigint not null default 0 check (reserved >= 0),
  primary key (company, policy_id, limit_id, account, window_from)
);
create trigger limit_account_is_kept before delete on limit_account for each row execute function refuse_change();
create trigger limit_account_keeps_all before truncate on limit_account for each statement execute function refuse_change();
grant select, insert, update (used, reserved) on limit_account to mandate_app;

-- A decision's part of a limit.
-- `asked`: nothing is held yet, and nothing ever is without its decision. `reserved`: held until the effect is done
-- (`committed`) or will not happen (`released`). `replaced`: a later decision of the same case took over what was committed.
create table limit_reservation (
  company text not null,
  decision_id text not null,
  limit_id text not null,
  policy_id text not null,
  case_id text not null,
  step_key text not null,
  gate int not null,
  account text not null,
  window_from timestamptz not null,
  window_until timestamptz,
  amount bigint not null check (amount >= 0),
  cap bigint not null,
  -- The decision whose committed amount this one replaces, in that one's window; `held` is the difference, if it is more.
  replaces text,
  held bigint not null check (held between 0 and amount),
  state text not null check (state in ('asked', 'reserved', 'committed', 'replaced', 'released')),
  asked_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  primary key (company, decision_id, limit_id),
  foreign key (company, policy_id, limit_id, account, window_from) references limit_account,
  foreign key (company, decision_id) references decision deferrable initially deferred
);
create index limit_reservation_of_case on limit_reservation (company, case_id);
grant select, insert, update (state, settled_at), delete on limit_reservation to mandate_app;

-- What was once held stays on record, and moves forward only.
create function limit_reservation_moves_forward() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.state = 'asked' then
      return old;
    end if;
    raise exception 'FORWARD_ONLY: reservation of % is kept', old.decision_id using errcode = '42501';
  end if;
  if (old.company, old.decision_id, old.limit_id, old.policy_id, old.account, old.window_from, old.amount, old.held)
     is distinct from (new.company, new.decision_id, new.limit_id, new.policy_id, new.account, new.window_from, new.amount, new.held)
     or (old.state, new.state) not in (('asked', 'reserved'), ('reserved', 'committed'), ('reserved', 'released'),
                                       ('released', 'committed'), ('committed', 'replaced')) then
    raise exception 'FORWARD_ONLY: reservation of % cannot go from % to %', old.decision_id, old.state, new.state
      using errcode = '42501';
  end if;
  return new;
end $$;
create trigger limit_reservation_moves_forward before update or delete on limit_reservation
  for each row execute function limit_reservation_moves_forward();
create trigger limit_reservation_keeps_all before truncate on limit_reservation
  for each statement execute function refuse_change();

-- A reservation that a decision of the same case takes the place of: an earlier gate's, or an earlier step's that ended
-- without a permit, since a case takes one step at a time.
create function limit_gives_way(r limit_reservation, p_step text, p_gate int) returns boolean language sql stable as $$
  select r.state = 'reserved' and (
    (r.step_key = p_step and r.gate < p_gate)
    or (r.step_key <> p_step
        and not exists (select 1 from permit m where m.company = r.company and m.effect_key = r.step_key)))
$$;

-- What is asked of each account, and what that holds without it. An amount that the case committed before, for the same
-- account, is replaced in its own window, unless another replacement of it is under way.
create function limit_asks(p jsonb)
returns table (n bigint, limit_id text, account text, window_from timestamptz, window_until timestamptz, amount bigint,
               cap bigint, replaces text, held bigint, used bigint, reserved bigint) language sql stable as $$
  select a.n, a.limit_id, a.account, w.window_from, case when prior.decision_id is null then a.window_until else prior.window_until end,
         a.amount, a.cap, prior.decision_id, greatest(0, a.amount - coalesce(prior.amount, 0)),
         coalesce(total.used, 0) - coalesce(prior.amount, 0), coalesce(total.reserved, 0) - own.held
  from rows from (jsonb_to_recordset(p->'asks') as ("limitId" text, account text, "windowFrom" timestamptz,
                  "windowUntil" timestamptz, amount bigint, cap bigint, replaces boolean))
       with ordinality as a (limit_id, account, window_from, window_until, amount, cap, replaces, n)
  left join lateral (
    select r.decision_id, r.window_from, r.window_until, r.amount from limit_reservation r
    where a.replaces and r.company = p->>'company' and r.case_id = p->>'caseId' and r.policy_id = p->>'policyId'
      and r.limit_id = a.limit_id and r.account = a.account and r.state = 'committed'
      and not exists (
        select 1 from limit_reservation o
        where o.company = r.company and o.case_id = r.case_id and o.limit_id = r.limit_id and o.replaces = r.decision_id
          and o.state = 'reserved' and not limit_gives_way(o, p->>'stepKey', (p->>'gate')::int))
    order by r.settled_at desc limit 1
  ) prior on true
  cross join lateral (select coalesce(prior.window_from, a.window_from, '-infinity') as window_from) w
  left join limit_account total on total.company = p->>'company' and total.policy_id = p->>'policyId'
    and total.limit_id = a.limit_id and total.account = a.account and total.window_from = w.window_from
  cross join lateral (
    select coalesce(sum(r.held), 0)::bigint as held from limit_reservation r
    where r.company = p->>'company' and r.case_id = p->>'caseId' and r.policy_id = p->>'policyId'
      and r.limit_id = a.limit_id and r.account = a.account and r.window_from = w.window_from
      and limit_gives_way(r, p->>'stepKey', (p->>'gate')::int)
  ) own
$$;

create function read_limits(p jsonb)
returns table (limit_id text, window_from timestamptz, window_until timestamptz, used bigint, reserved bigint)
language sql stable as $$
  select a.limit_id, nullif(a.window_from, '-infinity'), a.window_until, a.used, a.reserved from limit_asks(p) a order by a.n
$$;

-- Locks every account that the decision may change until the end of the transaction, notes what is asked, and answers
-- what the accounts hold. Nothing is held before the decision is inserted. A decision asks once: the first asking stands.
-- An account that stays locked for five seconds is a fault: nobody knows what it holds.
create function ask_limits(p jsonb)
returns table (limit_id text, window_from timestamptz, window_until timestamptz, used bigint, reserved bigint)
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_timeout text := current_setting('lock_timeout');
  v_limits text[];
  v_accounts text[];
  v_windows timestamptz[];
begin
  perform set_config('lock_timeout', '5s', true);
  select array_agg(a.limit_id), array_agg(a.account), array_agg(a.window_from) into v_limits, v_accounts, v_windows
    from limit_asks(p) a;
  insert into limit_account (company, policy_id, limit_id, account, window_from)
    select p->>'company', p->>'policyId', a.limit_id, a.account, a.window_from
    from unnest(v_limits, v_accounts, v_windows) as a (limit_id, account, window_from)
    order by a.limit_id, a.account, a.window_from
    on conflict do nothing;
  perform 1 from limit_account t
    where t.company = p->>'company' and (t.policy_id, t.limit_id, t.account, t.window_from) in (
      select p->>'policyId', a.limit_id, a.account, a.window_from
      from unnest(v_limits, v_accounts, v_windows) as a (limit_id, account, window_from)
      union all
      select r.policy_id, r.limit_id, r.account, r.window_from from limit_reservation r
      where r.company = p->>'company' and r.case_id = p->>'caseId' and r.state in ('reserved', 'committed'))
    order by t.policy_id, t.limit_id, t.account, t.window_from
    for update;
  return query
    with a as materialized (select * from limit_asks(p)),
      noted as (
        insert into limit_reservation (company, decision_id, limit_id, policy_id, case_id, step_key, gate, account,
                                       window_from, window_until, amount, cap, replaces, held, state)
          select p->>'company', p->>'decisionId', a.limit_id, p->>'policyId', p->>'caseId', p->>'stepKey',
                 (p->>'gate')::int, a.account, a.window_from, a.window_until, a.amount, a.cap, a.replaces, a.held, 'asked'
          from a
          on conflict do nothing)
    select a.limit_id, nullif(a.window_from, '-infinity'), a.window_until, a.used, a.reserved from a order by a.n;
  perform set_config('lock_timeout', v_timeout, true);
end $$;

-- Commits or releases what these decisions hold. What was released and happened all the same counts from then on.
create function settle_reservations(p_company text, p_decisions text[], p_state text) returns void language plpgsql as $$
declare
  r limit_reservation%rowtype;
  v_from text[] := case p_state when 'committed' then array['reserved', 'released'] else array['reserved'] end;
  v_replaced bigint;
begin
  perform 1 from limit_account t
    where t.company = p_company and (t.policy_id, t.limit_id, t.account, t.window_from) in (
      select o.policy_id, o.limit_id, o.account, o.window_from from limit_reservation o
      where o.company = p_company and o.decision_id = any (p_decisions) and o.state = any (v_from))
    order by t.policy_id, t.limit_id, t.account, t.window_from
    for update;
  for r in select * from limit_reservation o
           where o.company = p_company and o.decision_id = any (p_decisions) and o.state = any (v_from) loop
    v_replaced := null;
    if p_state = 'committed' and r.replaces is not null then
      update limit_reservation set state = 'replaced', settled_at = clock_timestamp()
        where company = p_company and decision_id = r.replaces and limit_id = r.limit_id and state = 'committed'
        returning amount into v_replaced;
    end if;
    update limit_account t
      set reserved = t.reserved - case r.state when 'reserved' then r.held else 0 end,
          used = t.used + case p_state when 'committed' then r.amount - coalesce(v_replaced, 0) else 0 end
      where t.company = p_company and t.policy_id = r.policy_id and t.limit_id = r.limit_id and t.account = r.account
        and t.window_from = r.window_from;
    update limit_reservation set state = p_state, settled_at = clock_timestamp()
      where company = p_company and decision_id = r.decision_id and limit_id = r.limit_id;
  end loop;
end $$;

-- What a case holds of a limit and no effect was begun for will not happen.
create function release_unbegun(p_company text, p_case text) returns void language plpgsql as $$
begin
  perform settle_reservations(p_company, array(
    select r.decision_id from limit_reservation r
    where r.company = p_company and r.case_id = p_case and r.state = 'reserved'
      and not exists (select 1 from effect e where e.company = r.company and e.effect_key = r.step_key)), 'released');
end $$;

-- A decision that may act holds what it asked: all of its limits, or none of them. One that people approved holds it
-- beyond the cap too. An execution over a cap is refused, whoever asks.
create function decision_holds_limits() returns trigger language plpgsql as $$
declare
  v_held boolean;
begin
  perform settle_reservations(new.company, array(
    select r.decision_id from limit_reservation r
    where r.company = new.company and r.case_id = new.case_id and limit_gives_way(r, new.step_key, new.gate)), 'released');
  if new.verdict <> 'block' and new.details->>'mode' in ('assisted', 'led') then
    select bool_and(t.used + t.reserved - coalesce(prior.amount, 0) + r.amount <= r.cap)
             or (new.verdict = 'escalate' and new.approval_id is not null) into v_held
      from limit_reservation r
      join limit_account t using (company, policy_id, limit_id, account, window_from)
      left join limit_reservation prior
        on prior.company = r.company and prior.decision_id = r.replaces and prior.limit_id = r.limit_id
      where r.company = new.company and r.decision_id = new.decision_id and r.state = 'asked';
    if not v_held and new.verdict = 'execute' then
      raise exception 'OVER_LIMIT: decision % executes over a limit', new.decision_id using errcode = '42501';
    end if;
    if v_held then
      update limit_account t set reserved = t.reserved + r.held
        from limit_reservation r
        where r.company = new.company and r.decision_id = new.decision_id and r.state = 'asked' and t.company = r.company
          and t.policy_id = r.policy_id and t.limit_id = r.limit_id and t.account = r.account and t.window_from = r.window_from;
      update limit_reservation set state = 'reserved'
        where company = new.company and decision_id = new.decision_id and state = 'asked';
    end if;
  end if;
  delete from limit_reservation where company = new.company and decision_id = new.decision_id and state = 'asked';
  return null;
end $$;
create trigger decision_holds_limits after insert on decision for each row
  when (new.gate > 1 or jsonb_array_length(new.details->'limits') > 0) execute function decision_holds_limits();

-- What is done counts; what failed gives its room back. An effect whose end is unknown keeps it until somebody settles it.
create function effect_settles_limits() returns trigger language plpgsql as $$
begin
  perform settle_reservations(new.company, array(
    select p.decision_id from permit p join limit_reservation r using (company, decision_id)
    where p.company = new.company and p.permit_id = new.permit_id),
    case new.state when 'done' then 'committed' else 'released' end);
  return null;
end $$;
create trigger effect_settles_limits after update of state on effect for each row
  when (new.state in ('done', 'failed') and old.state <> new.state) execute function effect_settles_limits();

create function escalation_releases_limits() returns trigger language plpgsql as $$
begin
  perform settle_reservations(new.company, array[new.decision_id], 'released');
  return null;
end $$;
create trigger escalation_releases_limits after update of state on escalation for each row
  when (new.state in ('rejected', 'expired', 'superseded')) execute function escalation_releases_limits();
