-- What decisions hold of the accounts of their limits and funds (0007), and what becomes of it.

-- Ends what these decisions hold as postings or as releases. What was released and happened all the same is posted.
create function settle_reservations(p_company text, p_decisions text[], p_kind text) returns void language plpgsql as $$
declare
  v_accounts text[];
  v_windows timestamptz[];
begin
  select array_agg(r.account), array_agg(r.window_from) into v_accounts, v_windows
    from account_entry r where r.company = p_company and r.cause = any (p_decisions) and r.kind = 'reservation';
  if v_accounts is null then
    return;
  end if;
  perform lock_accounts(p_company, v_accounts, v_windows);
  insert into account_entry (company, cause, account, window_from, kind, amount, about, case_id)
    select r.company, r.cause, r.account, r.window_from, p_kind, r.amount, case p_kind when 'posting' then r.about end, r.case_id
    from account_entry r
    where r.company = p_company and r.cause = any (p_decisions) and r.kind = 'reservation'
      and (entry_of(p_company, r.cause, r.account, 'posting')).cause is null
      and (entry_of(p_company, r.cause, r.account, p_kind)).cause is null;
end $$;

-- What a decision asks of its limits, as its details tell it.
create function asks_of(d decision) returns jsonb language sql stable as $$
  select jsonb_build_object('company', d.company, 'policyId', d.policy_id, 'caseId', d.case_id, 'stepKey', d.step_key,
    'gate', d.gate, 'at', d.decided_at, 'asks', jsonb_agg(jsonb_build_object('account', l->>'account',
      'windowFrom', case when l #> '{window,days}' is null then l #>> '{window,from}' end,
      'windowUntil', case when l #> '{window,days}' is null then l #>> '{window,until}' end,
      'days', l #> '{window,days}', 'amount', l->'asked', 'cap', l->'cap') order by n))
  from jsonb_array_elements(d.details->'limits') with ordinality as limits (l, n)
$$;

-- A decision that may act holds what it asks: all of its limits, or none of them. One that people approved holds it beyond
-- a limit's cap too, never beyond what a fund has. What would act over a cap, or uncounted, is refused, whoever asks.
create function decision_holds_limits() returns trigger language plpgsql as $$
declare
  v_asks jsonb;
  -- What was permitted keeps its room while nothing else is.
  v_acts boolean := (new.verdict = 'execute' or new.approval_id is not null)
    and coalesce(new.details->>'mode', 'led') not in ('off', 'shadow');
begin
  perform settle_reservations(new.company, array(
    select r.cause from held_by_case(new.company, new.case_id) r
    where gives_way(new.company, r.step_key, r.gate, new.step_key, new.gate)
      and (v_acts or r.step_key = new.step_key or not is_permitted(new.company, r.step_key, false))), 'release');
  if new.verdict = 'block' or new.details->>'mode' in ('off', 'shadow')
     or coalesce(jsonb_array_length(new.details->'limits'), 0) = 0 then
    return null;
  end if;
  v_asks := asks_of(new);
  perform lock_asked(v_asks);
  with a as materialized (select * from account_asks(v_asks))
    insert into account_entry (company, cause, account, window_from, kind, amount, about, case_id)
      select new.company, new.decision_id, a.account, a.window_from, 'reservation', a.amount, a.replaces, new.case_id
      from a
      where (select bool_and(o.kind is not null and (o.amount <= o.room or (o.kind = 'limit' and new.approval_id is not null))) from a o)
      order by a.account;
  if not found and (new.verdict = 'execute' or new.approval_id is not null) then
    raise exception 'OVER_LIMIT: decision % would act over a limit', new.decision_id using errcode = '42501';
  end if;
  return null;
end $$;
create trigger decision_holds_limits after insert on decision for each row
  when (new.gate > 1 or jsonb_array_length(new.details->'limits') > 0) execute function decision_holds_limits();

-- What is done counts; what failed gives its room back. An effect whose end is unknown keeps it until somebody settles it.
create function effect_settles_limits() returns trigger language plpgsql as $$
begin
  perform settle_reservations(new.company, array(
    select p.decision_id from permit p where p.company = new.company and p.permit_id = new.permit_id),
    case new.state when 'done' then 'posting' else 'release' end);
  return null;
end $$;
create trigger effect_settles_limits after update of state on effect for each row
  when (new.state in ('done', 'failed') and old.state <> new.state) execute function effect_settles_limits();

create function escalation_releases_limits() returns trigger language plpgsql as $$
begin
  perform settle_reservations(new.company, array[new.decision_id], 'release');
  return null;
end $$;
create trigger escalation_releases_limits after update of state on escalation for each row
  when (new.state in ('rejected', 'expired', 'superseded', 'withdrawn')) execute function escalation_releases_limits();

-- When a case ends, what it holds and no effect was begun for will not happen.
create function release_unbegun(p_company text, p_case text) returns void language sql as $$
  select settle_reservations(p_company, array(
    select r.cause from held_by_case(p_company, p_case) r
    where not exists (
      select from (select * from permit x where x.company = p_company and x.decision_id = r.cause offset 0) m
      cross join lateral (
        select state from effect x where x.company = m.company and x.permit_id = m.permit_id limit 1) e)), 'release')
$$;
