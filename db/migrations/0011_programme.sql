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

-- A deal that a partner has registered: protected until it expires.
create table programme.registration (
  company text not null,
  registration_id text not null,
  partner_id text not null,
  customer_domain text not null,
  product_family text not null,
  value_minor bigint not null check (value_minor >= 0),
  currency text not null,
  registered_at timestamptz not null,
  expires_at timestamptz not null,
  effect_key text not null,
  primary key (company, registration_id),
  unique (company, effect_key)
);
create index registration_by_customer on programme.registration (company, customer_domain, product_family);

grant select, insert on programme.partner, programme.registration to mandate_app;

-- Registers a deal once per key. False when somebody else's open registration of the same customer and product family
-- came after the decision: two partners who ask in the same instant are both told "no overlap", and only one may act on
-- it. An overlap that the decision saw, and a person approved, is older than the decision and does not stand in the way.
create function programme.register_deal(p_company text, p_key text, p_decided_at timestamptz, p_at timestamptz,
                                        p_days int, p jsonb)
returns boolean language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext(p_company), hashtext((p->>'customerDomain') || '/' || (p->>'productFamily')));
  if exists (
    select 1 from programme.registration r
    where r.company = p_company and r.customer_domain = p->>'customerDomain' and r.product_family = p->>'productFamily'
      and r.registered_at > p_decided_at and r.expires_at > p_at and r.effect_key <> p_key
  ) then
    return false;
  end if;
  insert into programme.registration (company, registration_id, partner_id, customer_domain, product_family, value_minor,
                                      currency, registered_at, expires_at, effect_key)
    values (p_company, p->>'registrationId', p->>'partnerId', p->>'customerDomain', p->>'productFamily',
            (p->>'valueMinor')::bigint, p->>'currency', p_at, p_at + make_interval(days => p_days), p_key)
    on conflict do nothing;
  return true;
end $$;
