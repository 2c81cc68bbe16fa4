-- What calls of models come to, and the budgets that bound them. A call is reserved at the most that it can come to before it is
-- made, in one transaction under the locks of its budgets, and settled at what it came to; one that failed gives all of it back.
-- What a worker left reserved when it died stays so: the supplier may have been paid. The caps are controls (0008), read with the
-- locks held. Money in millionths of a US dollar, wall time in milliseconds.

-- A budget: `case` for each case in its whole life, `company` and `function/<id>` for each day (UTC, the company's clock).
create table budget (
  company text not null,
  scope text not null check (scope ~ '^(case|company|function/.+)$'),
  -- The case, or the day as `2026-03-02`.
  period text not null,
  used_tokens bigint not null default 0 check (used_tokens >= 0),
  used_micro_usd bigint not null default 0 check (used_micro_usd >= 0),
  used_calls bigint not null default 0 check (used_calls >= 0),
  used_ms bigint not null default 0 check (used_ms >= 0),
  reserved_tokens bigint not null default 0 check (reserved_tokens >= 0),
  reserved_micro_usd bigint not null default 0 check (reserved_micro_usd >= 0),
  reserved_calls bigint not null default 0 check (reserved_calls >= 0),
  reserved_ms bigint not null default 0 check (reserved_ms >= 0),
  primary key (period, scope, company)
);
create trigger budget_is_kept before delete on budget for each row execute function refuse_change();
create trigger budget_keeps_all before truncate on budget for each statement execute function refuse_change();
grant select, insert, update (used_tokens, used_micro_usd, used_calls, used_ms, reserved_tokens, reserved_micro_usd, reserved_calls,
  reserved_ms) on budget to mandate_app;

-- One call of a model that costs. The amounts are what is reserved, and once it is settled what it came to.
create table model_spend (
  company text not null,
  n bigint not null generated always as identity,
  turn_key text not null,
  case_id text not null,
  function_id text not null,
  day text not null check (day ~ '^\d{4}-\d{2}-\d{2}$'),
  model text not null,
  state text not null check (state in ('reserved', 'settled', 'released')),
  tokens bigint not null check (tokens >= 0),
  -- Null: no price of the model is known.
  micro_usd bigint check (micro_usd >= 0),
  ms bigint not null check (ms >= 0),
  primary key (n, company)
);
create trigger model_spend_is_kept before delete on model_spend for each row execute function refuse_change();
create trigger model_spend_keeps_all before truncate on model_spend for each statement execute function refuse_change();
grant select, insert, update (state, tokens, micro_usd, ms) on model_spend to mandate_app;

create function spend_moves_forward() returns trigger language plpgsql as $$
begin
  if old.state <> 'reserved' or new.state = 'reserved' then
    raise exception 'FORWARD_ONLY: call % cannot go from % to %', old.n, old.state, new.state using errcode = '42501';
  end if;
  return new;
end $$;
create trigger spend_moves_forward before update on model_spend for each row execute function spend_moves_forward();

-- The budgets of a call, each with its period.
create function budgets_of(p_case text, p_function text, p_day text) returns table (scope text, period text)
language sql immutable as $$
  values ('case', p_case), ('company', p_day), ('function/' || p_function, p_day)
$$;

-- A budget's totals are the sums of its calls: each change of a call is added here, and nowhere else.
create function spend_adds_up() returns trigger language plpgsql as $$
declare
  v_calls int := case when new.state = 'released' then 0 else 1 end;
begin
  if tg_op = 'INSERT' then
    update budget b set reserved_tokens = b.reserved_tokens + new.tokens, reserved_ms = b.reserved_ms + new.ms,
        reserved_micro_usd = b.reserved_micro_usd + coalesce(new.micro_usd, 0), reserved_calls = b.reserved_calls + 1
      from budgets_of(new.case_id, new.function_id, new.day) o
      where b.company = new.company and b.scope = o.scope and b.period = o.period;
    return null;
  end if;
  update budget b set reserved_tokens = b.reserved_tokens - old.tokens, reserved_ms = b.reserved_ms - old.ms,
      reserved_micro_usd = b.reserved_micro_usd - coalesce(old.micro_usd, 0), reserved_calls = b.reserved_calls - 1,
      used_tokens = b.used_tokens + v_calls * new.tokens, used_ms = b.used_ms + v_calls * new.ms,
      used_micro_usd = b.used_micro_usd + v_calls * coalesce(new.micro_usd, 0), used_calls = b.used_calls + v_calls
    from budgets_of(new.case_id, new.function_id, new.day) o
    where b.company = new.company and b.scope = o.scope and b.period = o.period;
  return null;
end $$;
create trigger spend_adds_up after insert or update on model_spend for each row execute function spend_adds_up();

-- Locks the budgets of a call in the order of their key.
create function lock_budgets(p_company text, p_case text, p_function text, p_day text) returns void language plpgsql as $$
declare
  o record;
begin
  for o in select * from budgets_of(p_case, p_function, p_day) order by period, scope loop
    perform 1 from budget b where b.company = p_company and b.scope = o.scope and b.period = o.period for update;
  end loop;
end $$;

-- The first cap that a call would go over, with what is left of it; no row where it fits. A call without a price fits no cap in
-- money. `p`: {company, caseId, functionId, day, tokens, microUsd, ms}.
create function cap_over(p jsonb) returns table (scope text, measure text, cap bigint, room bigint) language sql stable as $$
  select b.scope, m.measure, m.cap, m.cap - m.held
  from budgets_of(p->>'caseId', p->>'functionId', p->>'day') o
  cross join lateral (
    select * from budget x where x.company = p->>'company' and x.scope = o.scope and x.period = o.period limit 1) b
  cross join lateral (
    select g.measure, control_cap(b.company, 'budget/' || b.scope || '/' || g.measure) as cap, g.held, g.asked
    from (values ('tokens', b.used_tokens + b.reserved_tokens, (p->>'tokens')::bigint),
                 ('microUsd', b.used_micro_usd + b.reserved_micro_usd, (p->>'microUsd')::bigint),
                 ('calls', b.used_calls + b.reserved_calls, 1::bigint),
                 ('ms', b.used_ms + b.reserved_ms, (p->>'ms')::bigint)) as g (measure, held, asked)
    offset 0) m
  where m.cap is not null and (m.asked is null or m.held + m.asked > m.cap)
  order by b.scope, m.measure limit 1
$$;

-- Reserves one call, or answers the cap that it would go over: {n} or {over}. `p` as of `cap_over`, with turnKey and model.
create function reserve_spend(p jsonb) returns jsonb language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_over record;
  v_n bigint;
begin
  insert into budget (company, scope, period)
    select p->>'company', o.scope, o.period from budgets_of(p->>'caseId', p->>'functionId', p->>'day') o
    order by o.period, o.scope
    on conflict do nothing;
  perform lock_budgets(p->>'company', p->>'caseId', p->>'functionId', p->>'day');
  select * into v_over from cap_over(p);
  if found then
    return jsonb_build_object('over', to_jsonb(v_over));
  end if;
  insert into model_spend (company, turn_key, case_id, function_id, day, model, state, tokens, micro_usd, ms)
    values (p->>'company', p->>'turnKey', p->>'caseId', p->>'functionId', p->>'day', p->>'model', 'reserved',
            (p->>'tokens')::bigint, (p->>'microUsd')::bigint, (p->>'ms')::bigint)
    returning n into v_n;
  return jsonb_build_object('n', v_n);
end $$;

-- Ends a reservation: `settled` at what the call came to, or `released`. False where it has ended already.
create function end_spend(p_company text, p_n bigint, p_state text, p_tokens bigint, p_micro_usd bigint, p_ms bigint)
returns boolean language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  s model_spend%rowtype;
begin
  select * into s from model_spend x where x.company = p_company and x.n = p_n;
  perform lock_budgets(p_company, s.case_id, s.function_id, s.day);
  update model_spend x
    set state = p_state, tokens = coalesce(p_tokens, x.tokens), micro_usd = coalesce(p_micro_usd, x.micro_usd), ms = coalesce(p_ms, x.ms)
    where x.company = p_company and x.n = p_n and x.state = 'reserved';
  return found;
end $$;
