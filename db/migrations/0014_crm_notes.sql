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

-- Idempotent by the caller's key: the same request again is answered from the record, another request is refused.
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
