-- The sandbox CRM and the sandbox quote desk: the embedded counter-parties. Each keeps its own rows, its own idempotency
-- and its own record of every call, so that they can be asked what happened without asking Mandate.
create schema sandbox_crm;
create schema sandbox_quotes;
grant usage on schema sandbox_crm, sandbox_quotes to mandate_app;

-- A deal, a contact, a company: whatever the CRM keeps, by type and id.
create table sandbox_crm.object (
  company text not null,
  object_type text not null,
  object_id text not null,
  version int not null default 1,
  properties jsonb not null,
  primary key (company, object_type, object_id)
);
grant select, insert, update (properties, version) on sandbox_crm.object to mandate_app;

-- Notes that the sandbox CRM keeps on its objects.
create table sandbox_crm.note (
  company text not null,
  note_ref text not null,
  object_type text not null,
  object_id text not null,
  text text not null,
  written_at timestamptz not null default clock_timestamp(),
  primary key (company, note_ref),
  foreign key (company, object_type, object_id) references sandbox_crm.object
);

-- What it was asked, and what it answered; `replayed` when the answer was there already.
create table sandbox_crm.call (
  call_id bigint generated always as identity primary key,
  company text not null,
  called_at timestamptz not null default clock_timestamp(),
  operation text not null,
  idempotency_key text not null,
  request jsonb not null,
  answer jsonb not null,
  replayed boolean not null
);
create unique index crm_call_once on sandbox_crm.call (company, idempotency_key) where not replayed;

-- A price that the quote desk has let through.
create table sandbox_quotes.approved_discount (
  company text not null,
  approval_ref text not null,
  quote_id text not null,
  currency text not null,
  list_price_minor bigint not null,
  net_price_minor bigint not null,
  concessions_minor bigint not null,
  idempotency_key text not null,
  approved_at timestamptz not null default clock_timestamp(),
  primary key (company, approval_ref),
  unique (company, idempotency_key)
);

-- As of the CRM.
create table sandbox_quotes.call (
  call_id bigint generated always as identity primary key,
  company text not null,
  called_at timestamptz not null default clock_timestamp(),
  operation text not null,
  idempotency_key text not null,
  request jsonb not null,
  answer jsonb not null,
  replayed boolean not null
);
create unique index quotes_call_once on sandbox_quotes.call (company, idempotency_key) where not replayed;

grant select, insert on sandbox_crm.note, sandbox_crm.call, sandbox_quotes.approved_discount, sandbox_quotes.call
  to mandate_app;

-- Functions that write are idempotent by the caller's key: the same request again is answered from the record, another
-- request is refused.
create function sandbox_crm.update_property(p_company text, p_key text, p jsonb)
returns table (answer jsonb, outcome text) language plpgsql as $$
declare
  v_first sandbox_crm.call%rowtype;
  v_version int;
  v_answer jsonb;
begin
  perform pg_advisory_xact_lock(hashtext(p_company), hashtext(p_key));
  select * into v_first from sandbox_crm.call c where c.company = p_company and c.idempotency_key = p_key and not c.replayed;
  if found then
    insert into sandbox_crm.call (company, operation, idempotency_key, request, answer, replayed)
      values (p_company, 'update_property', p_key, p, v_first.answer, true);
    return query select case when v_first.request = p then v_first.answer end,
                        case when v_first.request = p then 'done' else 'key-reused' end;
    return;
  end if;
  update sandbox_crm.object o
    set properties = o.properties || jsonb_build_object(p->>'property', p->>'value'), version = o.version + 1
    where o.company = p_company and o.object_type = p->>'objectType' and o.object_id = p->>'objectId'
    returning o.version into v_version;
  if not found then
    return query select null::jsonb, 'no-object';
    return;
  end if;
  v_answer := jsonb_build_object(
    'externalRef', (p->>'objectType') || '/' || (p->>'objectId') || '@' || v_version,
    'answeredAt', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
  insert into sandbox_crm.call (company, operation, idempotency_key, request, answer, replayed)
    values (p_company, 'update_property', p_key, p, v_answer, false);
  return query select v_answer, 'done';
end $$;

create function sandbox_crm.add_note(p_company text, p_key text, p jsonb)
returns table (answer jsonb, outcome text) language plpgsql as $$
declare
  v_first sandbox_crm.call%rowtype;
  v_ref text := 'N-' || upper(substr(md5(p_key), 1, 10));
  v_answer jsonb;
begin
  perform pg_advisory_xact_lock(hashtext(p_company), hashtext(p_key));
  select * into v_first from sandbox_crm.call c where c.company = p_company and c.idempotency_key = p_key and not c.replayed;
  if found then
    insert into sandbox_crm.call (company, operation, idempotency_key, request, answer, replayed)
      values (p_company, 'add_note', p_key, p, v_first.answer, true);
    return query select case when v_first.request = p then v_first.answer end,
                        case when v_first.request = p then 'done' else 'key-reused' end;
    return;
  end if;
  if not exists (select 1 from sandbox_crm.object o where o.company = p_company and o.object_type = p->>'objectType'
                 and o.object_id = p->>'objectId') then
    return query select null::jsonb, 'no-object';
    return;
  end if;
  insert into sandbox_crm.note (company, note_ref, object_type, object_id, text)
    values (p_company, v_ref, p->>'objectType', p->>'objectId', p->>'text');
  v_answer := jsonb_build_object('externalRef', v_ref,
    'answeredAt', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
  insert into sandbox_crm.call (company, operation, idempotency_key, request, answer, replayed)
    values (p_company, 'add_note', p_key, p, v_answer, false);
  return query select v_answer, 'done';
end $$;

create function sandbox_quotes.approve_discount(p_company text, p_key text, p jsonb)
returns table (answer jsonb, outcome text) language plpgsql as $$
declare
  v_first sandbox_quotes.call%rowtype;
  v_ref text;
  v_answer jsonb;
begin
  perform pg_advisory_xact_lock(hashtext(p_company), hashtext(p_key));
  select * into v_first from sandbox_quotes.call c where c.company = p_company and c.idempotency_key = p_key and not c.replayed;
  if found then
    insert into sandbox_quotes.call (company, operation, idempotency_key, request, answer, replayed)
      values (p_company, 'approve_discount', p_key, p, v_first.answer, true);
    return query select case when v_first.request = p then v_first.answer end,
                        case when v_first.request = p then 'done' else 'key-reused' end;
    return;
  end if;
  v_ref := 'QA-' || upper(substr(md5(p_key), 1, 10));
  insert into sandbox_quotes.approved_discount (company, approval_ref, quote_id, currency, list_price_minor, net_price_minor,
                                                concessions_minor, idempotency_key)
    values (p_company, v_ref, p->>'quoteId', p->>'currency', (p->>'listPriceMinor')::bigint,
            (p->>'netPriceMinor')::bigint, (p->>'concessionsMinor')::bigint, p_key);
  v_answer := jsonb_build_object('externalRef', v_ref,
    'answeredAt', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
  insert into sandbox_quotes.call (company, operation, idempotency_key, request, answer, replayed)
    values (p_company, 'approve_discount', p_key, p, v_answer, false);
  return query select v_answer, 'done';
end $$;

-- Working days played on the sandboxes, so that an interrupted one is continued and the next one is new.
create table working_day (
  company text not null,
  day int not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (company, day)
);
grant select, insert, update (finished_at) on working_day to mandate_app;
