-- The company's price book: prices by product, currency and region with their days, put in force list by list through a permit.

-- A price list that was put in force. A later row of the same list took its place.
create table programme.price_list (
  company text not null,
  row_id bigint generated always as identity,
  list_id text not null,
  -- The batch that it came in.
  batch_id text not null,
  digest text not null,
  set_at timestamptz not null,
  effect_key text not null,
  primary key (row_id, company)
);
create index price_list_by_id on programme.price_list (company, list_id) where list_id is not null;
create index price_list_by_time on programme.price_list (company, set_at) where set_at is not null;
create unique index price_list_of_effect on programme.price_list (company, effect_key) where effect_key is not null;

-- A price as its list had it, and when the book did. None is ever taken out: what was decided can be computed again.
create table programme.price (
  company text not null,
  row_id bigint generated always as identity,
  list_id text not null,
  sku text not null,
  currency text not null,
  -- Empty: it holds wherever no region has a price of its own.
  region text not null,
  per text not null check (per in ('once', 'month')),
  from_day date not null,
  -- The first day after; open while null.
  until_day date check (until_day > from_day),
  unit_price numeric(20, 8) not null check (unit_price > 0),
  set_at timestamptz not null,
  -- When a later version of its list took its place.
  ended_at timestamptz,
  primary key (row_id, company)
);
create index price_by_sku on programme.price (company, sku) where sku is not null;
create index price_by_list on programme.price (company, list_id) where ended_at is null;

grant select, insert on programme.price_list, programme.price to mandate_app;
grant update (ended_at) on programme.price to mandate_app;

-- The list as its newest batch said it: the reading that its case was told of, with the batch.
create function programme.price_list_sent(p_company text, p_list text)
returns table (batch_id text, digest text, sent_by text, bad_count bigint, reading jsonb) language sql stable as $$
  select b.batch_id, b.digest, b.stored_by, b.bad_count, i.body->'reading'
  from inbox i
  cross join lateral (
    select * from batch x where x.company = i.company and x.batch_id = i.body->>'batchId' limit 1) b
  where i.company = p_company and i.source = 'batch' and i.function_id = 'price-book' and i.object_type = 'price-list'
    and i.object_id = p_list and i.state <> 'late' and b.state <> 'superseded'
  order by i.received_at desc limit 1
$$;

-- Puts a list in force, once per key: `done`, `key-reused` for a key of another one, `moved-on` where another batch was sent of it
-- since. What the list said until now ends.
create function programme.put_price_list(p_company text, p_key text, p_at timestamptz, p jsonb)
returns text language plpgsql as $$
declare
  v_known programme.price_list%rowtype;
  v_sent record;
begin
  perform pg_advisory_xact_lock(hashtext(p_company), hashtext('price-list/' || (p->>'list')));
  select * into v_known from programme.price_list t where t.company = p_company and t.effect_key = p_key;
  if found then
    return case when (v_known.list_id, v_known.batch_id) = (p->>'list', p->>'batch') then 'done' else 'key-reused' end;
  end if;
  select * into v_sent from programme.price_list_sent(p_company, p->>'list');
  if (v_sent.batch_id, v_sent.digest) is distinct from (p->>'batch', p->>'digest') then
    return 'moved-on';
  end if;
  update programme.price set ended_at = p_at where company = p_company and list_id = p->>'list' and ended_at is null;
  insert into programme.price (company, list_id, sku, currency, region, per, from_day, until_day, unit_price, set_at)
    select p_company, p->>'list', x.sku, x.currency, x.region, x.per, x."from", x."until", x."unitPrice", p_at
    from jsonb_to_recordset(v_sent.reading->'prices') as x
      (sku text, currency text, region text, per text, "from" date, "until" date, "unitPrice" numeric(20, 8));
  insert into programme.price_list (company, list_id, batch_id, digest, set_at, effect_key)
    values (p_company, p->>'list', p->>'batch', p->>'digest', p_at, p_key);
  return 'done';
end $$;
