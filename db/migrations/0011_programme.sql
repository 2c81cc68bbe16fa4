-- Our own programme records: a system like any other, written through a permit, idempotent by effect key.
create schema programme;
grant usage on schema programme to mandate_app;

-- A company that sells with us: what it may sell, and what it is certified for.
create table programme.partner (
  company text not null,
  partner_id text not null,
  name text not null,
  tier text not null check (tier in ('registered', 'silver', 'gold', 'platinum')),
  standing text not null check (standing in ('active', 'suspended')),
  authorised_for text[] not null,
  certified_for text[] not null,
  version int not null default 1,
  primary key (company, partner_id)
);

-- A deal that a partner has registered, in the role that it claims: protected until it expires.
create table programme.registration (
  company text not null,
  registration_id text not null,
  -- The CRM's own id: a second registration under an id that is taken is another one.
  object_id text not null default '',
  partner_id text not null,
  role text not null default 'sell' check (role in ('source', 'sell')),
  customer_domain text not null,
  -- As somebody wrote it; empty where nobody did.
  customer_name text not null default '',
  -- Further names and domains that it goes by, with semicolons between.
  customer_aliases text not null default '',
  product_family text not null,
  value_minor bigint not null check (value_minor >= 0),
  currency text not null,
  registered_at timestamptz not null,
  expires_at timestamptz not null,
  -- For how long it was given: what was kept of another is shorter, what was ended early too.
  protection_days int not null default 90,
  -- How often it was registered: with other content it takes the place of what it was, and of that very one.
  version int not null default 1,
  replaces text,
  effect_key text not null,
  primary key (registration_id, object_id, company)
);
create unique index registration_of_effect on programme.registration (company, effect_key) where effect_key is not null;
create index registration_by_end on programme.registration (company, expires_at) where expires_at is not null;

-- What a registration's customer is found by: a row per key that whoever is the same, or near, has too (domain/customer).
create table programme.registration_key (
  company text not null,
  registration_id text not null,
  object_id text not null,
  product_family text not null,
  match_key text not null,
  primary key (registration_id, object_id, match_key, company),
  foreign key (registration_id, object_id, company) references programme.registration
);
create index registration_by_key on programme.registration_key (company, match_key, product_family)
  where match_key is not null;

-- A registration that was ended early, or is decided anew and keeps its place until then.
create table programme.registration_release (
  company text not null,
  effect_key text not null,
  registration_id text not null,
  object_id text not null,
  version int not null,
  keeps_place boolean not null,
  released_at timestamptz not null,
  primary key (effect_key, company),
  foreign key (registration_id, object_id, company) references programme.registration
);

-- Which account and product family a registration was decided for, whatever was decided: who else asked is found by it.
create table programme.claim (
  company text not null,
  decision_id text not null,
  account text not null,
  product_family text not null,
  primary key (decision_id, company),
  foreign key (decision_id, company) references decision
);
create index claim_by_account on programme.claim (company, account, product_family) where account is not null;

create function note_claim() returns trigger language plpgsql as $$
begin
  insert into programme.claim (company, decision_id, account, product_family)
    select new.company, new.decision_id, new.facts->>'account', q.args->>'productFamily'
    from proposal q where q.company = new.company and q.proposal_id = new.proposal_id and q.args->>'productFamily' is not null;
  return new;
end $$;
create trigger note_claim after insert on decision for each row
  when (new.policy_id = 'deal-registration' and new.facts->>'account' is not null) execute function note_claim();

grant select, insert on programme.partner, programme.registration, programme.registration_key, programme.registration_release,
  programme.claim to mandate_app;
grant update (partner_id, role, customer_domain, customer_name, customer_aliases, product_family, value_minor, currency,
              registered_at, expires_at, protection_days, version, replaces, effect_key) on programme.registration to mandate_app;

-- The programme's own name of a registration as it is now: `R-7`, and `R-7@2` once it was registered with other content.
create function programme.registration_ref(p_id text, p_version int) returns text language sql immutable as $$
  select case p_version when 1 then p_id else p_id || '@' || p_version end
$$;

-- What the end of a registration's protection is called where no name of anybody's may stand: another one for each time that it
-- was registered.
create function programme.protection_ref(p_id text, p_object text, p_version int) returns text language sql immutable as $$
  select left(encode(sha256(convert_to(jsonb_build_array(p_id, p_object, p_version)::text, 'utf8')), 'hex'), 32)
$$;

-- Registers a deal once per key, under the keys that its customer is found by. False when somebody else's open registration of
-- a customer with one of those keys and the same product family, in the same role, came after the decision: two partners who ask
-- in the same instant are both told "no overlap", and only one may act on it. An overlap that the decision saw, and a person
-- approved, is older than the decision and does not stand in the way. False as well when what it is to take the place of is not what
-- stands under its id. While the same partner claims the same, a registration in force ends when it would have: to change what it
-- is worth prolongs nothing.
create function programme.register_deal(p_company text, p_key text, p_decided_at timestamptz, p_at timestamptz,
                                        p jsonb, p_match_keys text[])
returns boolean language plpgsql as $$
declare
  v_family text := p->>'productFamily';
  v_last programme.registration%rowtype;
  v_until timestamptz := p_at + make_interval(days => (p->>'protectionDays')::int);
begin
  perform pg_advisory_xact_lock(hashtext(p_company), hashtext('registration/' || v_family));
  if exists (select from programme.registration where company = p_company and effect_key = p_key) then
    return true;
  end if;
  select * into v_last from programme.registration x
    where x.company = p_company and x.registration_id = p->>'registrationId' and x.object_id = p->>'objectId';
  if programme.registration_ref(v_last.registration_id, v_last.version) is distinct from p->>'replaces' then
    return false;
  end if;
  if v_last.expires_at > p_at and (v_last.partner_id, v_last.role, v_last.customer_domain, v_last.product_family)
     = (p->>'partnerId', p->>'role', p->>'customerDomain', v_family) then
    v_until := v_last.expires_at;
  end if;
  if exists (
    select from unnest(p_match_keys) as of_customer (key)
    cross join lateral (
      select * from programme.registration_key x
      where x.company = p_company and x.match_key = of_customer.key and x.product_family = v_family offset 0) k
    cross join lateral (
      select * from programme.registration x
      where x.company = k.company and x.registration_id = k.registration_id and x.object_id = k.object_id limit 1) r
    where r.role = p->>'role' and r.registered_at > p_decided_at and r.expires_at > p_at
      and (r.registration_id, r.object_id) <> (p->>'registrationId', p->>'objectId')
  ) then
    return false;
  end if;
  insert into programme.registration (company, registration_id, object_id, partner_id, role, customer_domain, customer_name,
                                      customer_aliases, product_family, value_minor, currency, registered_at, expires_at, protection_days,
                                      version, replaces, effect_key)
    values (p_company, p->>'registrationId', p->>'objectId', p->>'partnerId', p->>'role', p->>'customerDomain',
            coalesce(p->>'customerName', ''), coalesce(p->>'customerAliases', ''), v_family,
            (p->>'valueMinor')::bigint, p->>'currency', p_at, v_until, (p->>'protectionDays')::int,
            coalesce(v_last.version, 0) + 1, p->>'replaces', p_key)
    on conflict (registration_id, object_id, company) do update
      set partner_id = excluded.partner_id, role = excluded.role, customer_domain = excluded.customer_domain,
          customer_name = excluded.customer_name, customer_aliases = excluded.customer_aliases,
          product_family = excluded.product_family, value_minor = excluded.value_minor, currency = excluded.currency,
          registered_at = excluded.registered_at, expires_at = excluded.expires_at, protection_days = excluded.protection_days,
          version = excluded.version, replaces = excluded.replaces, effect_key = excluded.effect_key;
  -- Keys of a customer that it no longer is of find it for nothing: how alike two are is told by what it says now.
  insert into programme.registration_key (company, registration_id, object_id, product_family, match_key)
    select p_company, p->>'registrationId', p->>'objectId', v_family, key from unnest(p_match_keys) as of_customer (key)
    on conflict do nothing;
  return true;
end $$;

-- Takes a registration back, once per key: its protection ends now, unless it keeps its place until it is decided anew. False
-- where there is none, or another took its place: that one is not touched.
create function programme.release_registration(p_company text, p_key text, p_at timestamptz, p jsonb)
returns boolean language plpgsql as $$
declare
  v_version int;
begin
  perform pg_advisory_xact_lock(hashtext(p_company), hashtext('release/' || p_key));
  if exists (select from programme.registration_release where company = p_company and effect_key = p_key) then
    return true;
  end if;
  update programme.registration x
    set expires_at = case when (p->>'keepsPlace')::boolean then x.expires_at else least(x.expires_at, p_at) end
    where x.company = p_company and x.registration_id = p->>'registrationId' and x.object_id = p->>'objectId'
      and programme.registration_ref(x.registration_id, x.version) = p->>'registration'
    returning version into v_version;
  if not found then
    return false;
  end if;
  insert into programme.registration_release (company, effect_key, registration_id, object_id, version, keeps_place, released_at)
    values (p_company, p_key, p->>'registrationId', p->>'objectId', v_version, (p->>'keepsPlace')::boolean, p_at);
  return true;
end $$;

-- Who takes part in a deal: a row per change of a partner's part in a role. A row is never written again: the partner's
-- next one in that role, recorded at the company's clock, ended it then.
create table programme.deal_team (
  company text not null,
  row_id bigint generated always as identity,
  deal_id text not null,
  partner_id text not null,
  role text not null check (role in ('source', 'sell', 'influence', 'deliver', 'keep')),
  motion text not null check (motion in ('referral', 'resell', 'co-sell')),
  recorded_at timestamptz not null,
  from_at timestamptz not null check (from_at >= recorded_at),
  -- Open while null; at `from_at`: the partner has left the role.
  until_at timestamptz check (until_at >= from_at),
  -- Null until it is settled. The partner's newest row in the role counts, also after it has left.
  credit_ppm int check (credit_ppm between 0 and 1000000),
  effect_key text not null,
  primary key (row_id, company)
);
create index deal_team_by_deal on programme.deal_team (company, deal_id) where deal_id is not null;
create unique index deal_team_of_effect on programme.deal_team (company, effect_key) where effect_key is not null;
grant select, insert on programme.deal_team to mandate_app;

-- Adds a row once per key: `done`, or why not. `key-reused`: the key is another change's. `moved-on`: the role, or what
-- the credits rest on, was changed after the decision, which did not see it. `over-credited`: the credits of the deal
-- would come to more than the whole.
create function programme.change_deal_team(p_company text, p_key text, p_decided_at timestamptz, p_at timestamptz, p jsonb)
returns text language plpgsql as $$
declare
  v_deal text := p->>'dealId';
  v_known programme.deal_team%rowtype;
  v_credits bigint;
  v_changed boolean;
  v_changed_role boolean;
  v_at timestamptz;
  v_from timestamptz;
begin
  perform pg_advisory_xact_lock(hashtext(p_company), hashtext('deal-team/' || v_deal));
  select * into v_known from programme.deal_team t where t.company = p_company and t.effect_key = p_key;
  if found then
    return case when (v_known.deal_id, v_known.partner_id, v_known.role) = (v_deal, p->>'partnerId', p->>'role')
                then 'done' else 'key-reused' end;
  end if;
  -- Two clocks may differ by a little; no row is recorded before one that is there.
  select greatest(p_at, max(t.recorded_at)), coalesce(bool_or(t.recorded_at > p_decided_at), false),
         coalesce(bool_or(t.recorded_at > p_decided_at) filter (where t.role = p->>'role'), false)
    into v_at, v_changed, v_changed_role
    from programme.deal_team t where t.company = p_company and t.deal_id = v_deal;
  if v_changed_role then
    return 'moved-on';
  end if;
  select coalesce(sum(newest.credit_ppm), 0) + coalesce((p->>'creditPpm')::int, 0) into v_credits from (
    select distinct on (t.partner_id, t.role) t.partner_id, t.role, t.credit_ppm
    from programme.deal_team t where t.company = p_company and t.deal_id = v_deal
    order by t.partner_id, t.role, t.row_id desc) newest
    where (newest.partner_id, newest.role) <> (p->>'partnerId', p->>'role');
  if v_credits > 1000000 then
    return case when v_changed then 'moved-on' else 'over-credited' end;
  end if;
  v_from := greatest((p->>'from')::timestamptz, v_at);
  insert into programme.deal_team (company, deal_id, partner_id, role, motion, recorded_at, from_at, until_at, credit_ppm,
                                   effect_key)
    values (p_company, v_deal, p->>'partnerId', p->>'role', p->>'motion', v_at, v_from,
            case when p->>'until' is not null then greatest((p->>'until')::timestamptz, v_from) end,
            (p->>'creditPpm')::int, p_key);
  return 'done';
end $$;

-- A partner's fund is an account of the ledger (0007). The receipt of an entry that was asked for a fund itself.
create function programme.fund_receipt(e account_entry) returns jsonb language sql stable as $$
  select jsonb_build_object('externalRef', 'FE-' || upper(substr(md5(e.cause), 1, 10)),
    'answeredAt', to_char(e.entered_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
$$;

-- Makes an entry that was asked for a fund itself, once per key, at the company's clock: `done` with its receipt, also when
-- it was made before; `key-reused` for a key of another entry; `no-fund`, `would-be-negative` and `not-posted` when it is
-- refused and nothing is entered. A deposit opens the account.
create function programme.enter_fund(p_company text, p_key text, p_at timestamptz, p jsonb) returns jsonb language plpgsql as $$
declare
  v_account account;
  v_entry account_entry;
  v_from timestamptz := coalesce((p->>'windowFrom')::timestamptz, '-infinity');
  v_amount bigint := (p->>'amountMinor')::bigint;
begin
  if p->>'kind' = 'deposit' then
    insert into account (company, account, window_from, window_until, name, kind, unit, currency)
      values (p_company, p->>'account', v_from, (p->>'windowUntil')::timestamptz, p->>'name', 'fund', 'minor', p->>'currency')
      on conflict do nothing;
  end if;
  select * into v_account from account t
    where t.company = p_company and t.account = p->>'account' and t.window_from = v_from and t.kind = 'fund' for update;
  select * into v_entry from account_entry e
    where e.company = p_company and e.cause = p_key and e.kind in ('deposit', 'adjustment', 'reversal');
  if v_entry.cause is not null then
    return case when (v_entry.account, v_entry.window_from, v_entry.kind, v_entry.amount, v_entry.about)
                  is not distinct from (p->>'account', v_from, p->>'kind', v_amount, p->>'decisionId')
      then jsonb_build_object('outcome', 'done', 'receipt', programme.fund_receipt(v_entry))
      else jsonb_build_object('outcome', 'key-reused') end;
  elsif v_account.account is null then
    return jsonb_build_object('outcome', 'no-fund');
  elsif p->>'kind' = 'adjustment' and v_amount < 0 and not (p->>'mayGoNegative')::boolean
    and room_of('fund', null, v_account.deposited, v_account.used, v_account.reserved) + v_amount < 0 then
    return jsonb_build_object('outcome', 'would-be-negative');
  elsif p->>'kind' = 'reversal' and coalesce(posting_stands(p_company, p->>'decisionId', p->>'account', v_from), 0) < v_amount then
    return jsonb_build_object('outcome', 'not-posted');
  end if;
  insert into account_entry (company, cause, account, window_from, kind, amount, about, entered_at)
    values (p_company, p_key, p->>'account', v_from, p->>'kind', v_amount, p->>'decisionId', p_at)
    returning * into v_entry;
  return jsonb_build_object('outcome', 'done', 'receipt', programme.fund_receipt(v_entry));
end $$;
