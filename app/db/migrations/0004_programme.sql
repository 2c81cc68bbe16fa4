-- Our own programme records: a system like any other, written through a permit, idempotent by effect key.
create schema programme;

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
