-- Accounts: what requests come to together under a limit, and what a fund holds. One ledger for both. An account's totals
-- are the sums of its entries; entries are only added, and one function says what each kind of them adds. The cap of a
-- limit comes with each decision that asks; the cap of a fund is what was deposited.
-- Every change of an account is made under its row's lock; several are locked in the order of the primary key.

-- An account in one window, or in all of the windows that roll on. `account` is SHA-256 (hex) over what names it and the values it is made of: nobody reads a
-- partner or a person out of it. `reserved` is held for what has not happened yet, `used` is what did.
create table account (
  company text not null,
  account text not null,
  -- The window's first instant, and the first one after it; -infinity and null for an account without windows, or whose
  -- windows roll on.
  window_from timestamptz not null,
  window_until timestamptz,
  -- What is posted counts for so many times 24 hours; null for an account whose totals count as they stand.
  days int check (days is null or (days between 1 and 400 and window_from = '-infinity' and kind = 'limit')),
  -- Whose it is: `quoting/many-in-a-day` of one policy, `shared/quarter-discount` of all that name it.
  name text not null,
  kind text not null check (kind in ('limit', 'fund')),
  -- Requests, or a number or minor units that facts bring.
  unit text not null check (unit in ('count', 'number', 'minor')),
  currency text check ((currency is not null) = (unit = 'minor')),
  deposited bigint not null default 0,
  used bigint not null default 0 check (used >= 0),
  reserved bigint not null default 0 check (reserved >= 0),
  -- Of `used`, what was posted at or before an instant: so that what has left its window is never added up twice.
  gone bigint not null default 0 check ((gone, gone_until) = (0, '-infinity') or days is not null),
  gone_until timestamptz not null default '-infinity',
  primary key (account, window_from, company)
);
create trigger account_is_kept before delete on account for each row execute function refuse_change();
create trigger account_keeps_all before truncate on account for each statement execute function refuse_change();
grant select, insert, update (deposited, used, reserved, gone, gone_until) on account to mandate_app;

-- What is left of an account: of a fund's deposits, or of the cap that a decision brings. Below zero only by what people
-- approved beyond a limit's cap, what happened though its room had been given back, or what was adjusted so on purpose.
create function room_of(p_kind text, p_cap bigint, p_deposited bigint, p_used bigint, p_reserved bigint) returns bigint
language sql immutable as $$
  select case p_kind when 'fund' then p_deposited else p_cap end - p_used - p_reserved
$$;

-- A reservation holds a decision's part; it ends as a posting when the effect is done, or as a release when nothing comes
-- of it. What was released and happened all the same is posted from then on. Deposits, adjustments and reversals are asked
-- for the account itself.
create table account_entry (
  company text not null,
  -- The order they were entered in: those of one account are made under its lock.
  n bigint not null generated always as identity,
  -- A decision, for what it holds and what becomes of that; else the key of the effect that made the entry.
  cause text not null,
  account text not null,
  window_from timestamptz not null,
  kind text not null check (kind in ('reservation', 'posting', 'release', 'deposit', 'adjustment', 'reversal')),
  -- What it is about, in the account's unit. Only an adjustment may be below zero.
  amount bigint not null check (amount >= 0 or kind = 'adjustment'),
  -- The decision whose posting this one takes the place of, or gives back.
  about text check ((about is not null) or kind <> 'reversal'),
  -- What it adds to the totals: worked out by `entry_adds`, never by who inserts it.
  deposited bigint not null default 0,
  used bigint not null default 0,
  reserved bigint not null default 0,
  case_id text,
  -- By the company's clock, where the entry was asked for itself; the others are timed by their decision and what came of it.
  entered_at timestamptz check ((entered_at is not null) = (kind in ('deposit', 'adjustment', 'reversal'))),
  -- From when on a posting counts, where windows roll on: since its decision, or since that of the posting whose place it takes.
  counts_at timestamptz check (counts_at is null or kind = 'posting'),
  decision_id text generated always as (case when kind in ('reservation', 'posting', 'release') then cause end) stored,
  primary key (cause, account, kind, company),
  foreign key (company, account, window_from) references account (company, account, window_from),
  foreign key (company, decision_id) references decision (company, decision_id)
);
create index account_entry_of_case on account_entry (company, case_id) where case_id is not null;
create index account_entry_rolling on account_entry (company, account, counts_at) include (used) where counts_at is not null;
create index account_entry_about on account_entry (company, about) where about is not null;
-- What is asked for an account itself is entered once per key, whatever the account.
create unique index account_entry_once on account_entry (company, cause) where kind in ('deposit', 'adjustment', 'reversal');
create trigger account_entry_is_append_only before update or delete on account_entry
  for each row execute function refuse_change();
create trigger account_entry_keeps_all before truncate on account_entry for each statement execute function refuse_change();
grant select, insert on account_entry to mandate_app;

-- Of a decision and an account, the entry of a kind; null when there is none.
create function entry_of(p_company text, p_cause text, p_account text, p_kind text) returns account_entry language sql stable as $$
  select e from account_entry e
  where e.company = p_company and e.cause = p_cause and e.account = p_account and e.kind = p_kind
$$;

-- What a posting in a window still counts: less what was reversed of it. Null when there is none, or another took its place.
create function posting_stands(p_company text, p_cause text, p_account text, p_from timestamptz) returns bigint
language sql stable as $$
  with later as materialized (select * from account_entry e where e.company = p_company and e.about = p_cause)
  select p.amount - coalesce((select sum(r.amount) from later r where r.account = p_account and r.kind = 'reversal'), 0)::bigint
  from account_entry p
  where p.company = p_company and p.cause = p_cause and p.account = p_account and p.kind = 'posting' and p.window_from = p_from
    and not exists (select from later o where o.account = p_account and o.kind = 'posting')
$$;

-- From when on a posting counts: none where windows do not roll on. `p_about`: the posting whose place it takes.
create function posting_counts_at(p_company text, p_cause text, p_account text, p_about text) returns timestamptz
language sql stable as $$
  select case when p_about is null
    then (select d.decided_at from decision d where d.company = p_company and d.decision_id = p_cause)
    else (entry_of(p_company, p_about, p_account, 'posting')).counts_at end
  from account t where t.company = p_company and t.account = p_account and t.window_from = '-infinity' and t.days is not null
$$;

-- What is posted after an instant, of an account whose windows roll on: all, less what was posted until then. That is summed
-- from the instant up to which it was known before, so that an account's age is of no matter.
create function used_after(o account, p_since timestamptz) returns bigint language sql stable as $$
  select o.used - o.gone
    - (select coalesce(sum(e.used), 0) from account_entry e
       where e.company = o.company and e.account = o.account and e.counts_at > o.gone_until and e.counts_at <= p_since)::bigint
    + (select coalesce(sum(e.used), 0) from account_entry e
       where e.company = o.company and e.account = o.account and e.counts_at > p_since and e.counts_at <= o.gone_until)::bigint
$$;

-- What each kind of entry adds to its account. An amount that takes the place of a posting holds only what it asks more.
create function entry_adds() returns trigger language plpgsql as $$
declare
  v_stands bigint := posting_stands(new.company, new.about, new.account, new.window_from);
  v_held account_entry;
begin
  new.deposited := 0;
  new.used := 0;
  new.reserved := 0;
  if new.kind in ('deposit', 'adjustment') then
    new.deposited := new.amount;
  elsif new.kind = 'reservation' then
    new.reserved := greatest(0, new.amount - coalesce(v_stands, 0));
  elsif new.kind = 'reversal' then
    if v_stands is null or new.amount > v_stands then
      raise exception 'NOT_POSTED: % of % is not posted by %', new.amount, new.account, new.about using errcode = '42501';
    end if;
    new.used := -new.amount;
  else
    v_held := entry_of(new.company, new.cause, new.account, 'reservation');
    if (v_held.window_from, v_held.amount) is distinct from (new.window_from, new.amount) then
      raise exception 'NOT_HELD: % holds no % of %', new.cause, new.amount, new.account using errcode = '42501';
    end if;
    if (entry_of(new.company, new.cause, new.account, 'release')).cause is null then
      new.reserved := -v_held.reserved;
    end if;
    if new.kind = 'posting' then
      new.about := case when v_stands is not null then new.about end;
      new.used := new.amount - coalesce(v_stands, 0);
      new.counts_at := posting_counts_at(new.company, new.cause, new.account, new.about);
    elsif (entry_of(new.company, new.cause, new.account, 'posting')).cause is not null then
      raise exception 'FORWARD_ONLY: % posted its part of % already', new.cause, new.account using errcode = '42501';
    end if;
  end if;
  return new;
end $$;
create trigger entry_adds before insert on account_entry for each row execute function entry_adds();

create function account_adds_up() returns trigger language plpgsql as $$
begin
  update account
    set deposited = deposited + new.deposited, used = used + new.used, reserved = reserved + new.reserved,
        gone = gone + case when new.counts_at <= gone_until then new.used else 0 end
    where company = new.company and account = new.account and window_from = new.window_from;
  return null;
end $$;
create trigger account_adds_up after insert on account_entry for each row execute function account_adds_up();

-- The few entries of a case. `offset 0`: what names them is worked out, and they are found by their index, before anything
-- else is asked of them.
create function entries_of_case(p_company text, p_case text) returns setof account_entry language sql stable as $$
  select e.* from (select p_company as company, p_case as case_id offset 0) q
  cross join lateral (
    select * from account_entry x where x.company = q.company and x.case_id = q.case_id offset 0) e
$$;

-- What a case's reservations that are neither posted nor released hold, and by which gate of which step.
create function held_by_case(p_company text, p_case text)
returns table (cause text, account text, window_from timestamptz, about text, reserved bigint, step_key text, gate int)
language sql stable as $$
  select r.cause, r.account, r.window_from, r.about, r.reserved, d.step_key, d.gate
  from entries_of_case(p_company, p_case) r
  cross join lateral (
    select q.step_key, q.gate from decision q where q.company = p_company and q.decision_id = r.cause limit 1) d
  where r.kind = 'reservation'
    and (entry_of(p_company, r.cause, r.account, 'posting')).cause is null
    and (entry_of(p_company, r.cause, r.account, 'release')).cause is null
  offset 0
$$;

-- Whether a step has a permit whose effect was begun, or was not.
create function is_permitted(p_company text, p_step text, p_begun boolean) returns boolean language sql stable as $$
  select exists (
    select from (select * from decision x where x.company = p_company and x.step_key = p_step offset 0) d
    cross join lateral (
      select permit_id, effect_key from permit x where x.company = d.company and x.decision_id = d.decision_id limit 1) m
    left join lateral (
      select state from effect x where x.company = d.company and x.effect_key = m.effect_key limit 1) e on true
    where (e.state is not null) = p_begun)
$$;

-- Whether a decision takes the place of what another one of its case holds: an earlier gate's, or an earlier step's that
-- ended without a permit, since a case takes one step at a time. A changed ask of another system takes the place of one that
-- was permitted and not acted on.
create function gives_way(p_company text, p_step text, p_gate int, p_by_step text, p_by_gate int) returns boolean
language sql stable as $$
  select (p_step = p_by_step and p_gate < p_by_gate)
    or (p_step <> p_by_step and not is_permitted(p_company, p_step, true)
        and (starts_with(p_step, p_company || ':decisions:') or not is_permitted(p_company, p_step, false)))
$$;

-- What is asked of each account, and what that holds without it. An amount that the same policy posted before in the case,
-- under a limit, is replaced in its own window, unless another replacement of it is under way; once it has left a window that
-- rolls on, it is not, and what is asked counts in full. Requests are counted each,
-- and money that left a fund stays out of it.
create function account_asks(p jsonb)
returns table (n bigint, account text, kind text, window_from timestamptz, window_until timestamptz, amount bigint,
               replaces text, deposited bigint, used bigint, reserved bigint, room bigint) language sql stable as $$
  select a.n, a.account, t.kind, w.window_from, case when prior.cause is null then a.window_until else prior.window_until end,
         a.amount, prior.cause, h.deposited, h.used, h.reserved, room_of(t.kind, a.cap, h.deposited, h.used, h.reserved)
  from (select p->>'company' as company, p->>'policyId' as policy_id, p->>'caseId' as case_id, p->>'stepKey' as step_key,
               (p->>'gate')::int as gate, (p->>'at')::timestamptz as at offset 0) q
  cross join rows from (jsonb_to_recordset(p->'asks') as (account text, "windowFrom" timestamptz, "windowUntil" timestamptz,
                  amount bigint, cap bigint, days int)) with ordinality as a (account, window_from, window_until, amount, cap, days, n)
  cross join lateral (select q.at - make_interval(hours => 24 * a.days) as since offset 0) s0
  left join lateral (
    select r.cause, r.window_from, f.window_until, s.stands
    from entries_of_case(q.company, q.case_id) r
    cross join lateral posting_stands(q.company, r.cause, r.account, r.window_from) as s (stands)
    cross join lateral (
      select o.kind, o.unit, o.window_until from account o
      where o.company = q.company and o.account = r.account and o.window_from = r.window_from limit 1) f
    cross join lateral (
      select d.policy_id from decision d where d.company = q.company and d.decision_id = r.cause limit 1) decided
    where r.kind = 'posting' and r.account = a.account and s.stands is not null
      and (a.days is null or r.counts_at > s0.since)
      and f.kind = 'limit' and f.unit <> 'count' and decided.policy_id = q.policy_id
      and not exists (
        select 1 from held_by_case(q.company, q.case_id) o
        where o.account = r.account and o.about = r.cause
          and not gives_way(q.company, o.step_key, o.gate, q.step_key, q.gate))
    order by r.n desc limit 1
  ) prior on true
  cross join lateral (select coalesce(prior.window_from, a.window_from, '-infinity') as window_from offset 0) w
  left join lateral (
    select o.kind, o.deposited, case when a.days is null then o.used else used_after(o, s0.since) end as used, o.reserved
    from account o where o.company = q.company and o.account = a.account and o.window_from = w.window_from limit 1
  ) t on true
  cross join lateral (
    select coalesce(sum(o.reserved), 0)::bigint as held from held_by_case(q.company, q.case_id) o
    where o.account = a.account and o.window_from = w.window_from
      and gives_way(q.company, o.step_key, o.gate, q.step_key, q.gate)
  ) own
  cross join lateral (
    select coalesce(t.deposited, 0) as deposited, coalesce(t.used, 0) - coalesce(prior.stands, 0) as used,
           coalesce(t.reserved, 0) - own.held as reserved
  ) h
$$;

create function read_accounts(p jsonb)
returns table (window_from timestamptz, window_until timestamptz, deposited bigint, used bigint, reserved bigint)
language sql stable as $$
  select nullif(a.window_from, '-infinity'), a.window_until, a.deposited, a.used, a.reserved from account_asks(p) a order by a.n
$$;

-- Locks accounts until the end of the transaction, one by one in the order of their key.
create function lock_accounts(p_company text, p_accounts text[], p_windows timestamptz[]) returns void language plpgsql as $$
declare
  o record;
begin
  for o in select distinct k.account, k.window_from from unnest(p_accounts, p_windows) as k (account, window_from) order by 1, 2 loop
    perform 1 from account t
      where t.company = p_company and t.account = o.account and t.window_from = o.window_from for update;
  end loop;
end $$;

-- Locks the accounts that are asked, and those that the case has entries in.
create function lock_asked(p jsonb) returns void language sql as $$
  select lock_accounts(p->>'company', array_agg(k.account), array_agg(k.window_from)) from (
    select a.account, coalesce(a."windowFrom", '-infinity') as window_from
    from jsonb_to_recordset(p->'asks') as a (account text, "windowFrom" timestamptz)
    union
    select e.account, e.window_from from entries_of_case(p->>'company', p->>'caseId') e) k
$$;

-- Of accounts whose windows roll on, and that are locked, notes what has left the window. It is a sum kept: nothing counts otherwise.
create function leave_behind(p jsonb) returns void language plpgsql as $$
declare
  o record;
  v_since timestamptz;
begin
  for o in select a.account, a.days from jsonb_to_recordset(p->'asks') as a (account text, days int) where a.days is not null loop
    v_since := (p->>'at')::timestamptz - make_interval(hours => 24 * o.days);
    update account t set gone = t.used - used_after(t, v_since), gone_until = v_since
      where t.company = p->>'company' and t.account = o.account and t.window_from = '-infinity' and t.gone_until < v_since
        and (select e.counts_at from account_entry e where e.company = t.company and e.account = t.account
             and e.counts_at > t.gone_until and e.counts_at <= v_since limit 1) is not null;
  end loop;
end $$;

-- Locks every account that the decision may change, and answers what they hold. Nothing is held before the decision is
-- inserted. An account that is kept in another unit than it is asked in is a fault, and so is one that stays locked for
-- five seconds: nobody knows what it holds.
create function ask_accounts(p jsonb)
returns table (window_from timestamptz, window_until timestamptz, deposited bigint, used bigint, reserved bigint)
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_timeout text := current_setting('lock_timeout');
begin
  perform set_config('lock_timeout', '5s', true);
  insert into account (company, account, window_from, window_until, days, name, kind, unit, currency)
    select p->>'company', a.account, coalesce(a."windowFrom", '-infinity'), a."windowUntil", a.days, a.name, a.kind, a.unit, a.currency
    from jsonb_to_recordset(p->'asks') as a (account text, "windowFrom" timestamptz, "windowUntil" timestamptz, days int, name text,
                                             kind text, unit text, currency text)
    order by 2, 3
    on conflict do nothing;
  perform lock_asked(p);
  perform leave_behind(p);
  perform set_config('lock_timeout', v_timeout, true);
  -- Of an account's windows, the one that is asked, the first and the last: none is added in another unit than these.
  if exists (
    select 1 from (
      select r.*, coalesce(r."windowFrom", '-infinity') as window_from
      from jsonb_to_recordset(p->'asks') as r (account text, "windowFrom" timestamptz, kind text, unit text, currency text)
      offset 0) a
    cross join lateral (
      (select o.kind, o.unit, o.currency from account o
       where o.company = p->>'company' and o.account = a.account and o.window_from = a.window_from limit 1)
      union all
      (select o.kind, o.unit, o.currency from account o
       where o.company = p->>'company' and o.account = a.account order by o.window_from limit 1)
      union all
      (select o.kind, o.unit, o.currency from account o
       where o.company = p->>'company' and o.account = a.account order by o.window_from desc limit 1)) t
    where (t.kind, t.unit, t.currency) is distinct from (a.kind, a.unit, a.currency)) then
    raise exception 'OTHER_UNIT: an account is asked in another unit than it is kept in' using errcode = '42501';
  end if;
  return query select * from read_accounts(p);
end $$;
