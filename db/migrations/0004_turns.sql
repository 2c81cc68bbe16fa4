-- What agents did. Functions of this file and the next ones are one round trip and one transaction each, and idempotent
-- by their key: the first writing stands, with its record; a retry, or a case that is started again for the same event,
-- changes nothing and reads what is there. Arguments are JSON objects with the names of the columns in camel case.
--
-- What every case calls finds its rows by key, whatever it is asked: one plan serves all calls
-- (`plan_cache_mode = force_generic_plan`). Left to itself PostgreSQL plans statements over a JSON argument's items anew at
-- each call, because it sees fewer items than it would otherwise expect; that was a third of an append's cost. Functions
-- that these call follow their setting.

-- A call of a model, by the digest of what it was asked: claimed before it is made, answered once.
create table model_turn (
  company text not null,
  turn_key text not null,
  seq int not null,
  request_digest text not null,
  case_id text not null,
  model text not null,
  offline boolean not null,
  state text not null check (state in ('pending', 'done')),
  -- Who asks: one attempt of a turn, which renews its lease for as long as it lives.
  holder text not null,
  lease_until timestamptz not null,
  attempts int not null default 1,
  request text not null,
  response text,
  input_tokens bigint,
  output_tokens bigint,
  primary key (turn_key, seq, request_digest, company)
);
create index model_turn_by_case on model_turn (company, case_id) where case_id is not null;
grant select, insert, update (state, holder, lease_until, attempts, response, input_tokens, output_tokens) on model_turn
  to mandate_app;

-- Claims a model call for one attempt, or answers what is stored. A lapsed lease (its worker died) may be taken over.
-- The claim itself need not survive a power cut, so it does not wait for the disk; the answer does.
create function claim_model_turn(p_company text, p_turn_key text, p_seq int, p_digest text, p_case text, p_model text,
                                 p_offline boolean, p_request text, p_holder text, p_lease_ms int)
returns table (state text, response text, wait_ms int) language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  v_turn model_turn%rowtype;
  v_until timestamptz := clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0);
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into model_turn as t (company, turn_key, seq, request_digest, case_id, model, offline, state, holder, lease_until, request)
  values (p_company, p_turn_key, p_seq, p_digest, p_case, p_model, p_offline, 'pending', p_holder, v_until, p_request)
  on conflict (company, turn_key, seq, request_digest) do update
    set attempts = t.attempts + 1, holder = p_holder, lease_until = v_until
    where t.state = 'pending' and t.lease_until <= clock_timestamp();
  if found then
    return query select 'claimed'::text, null::text, 0;
    return;
  end if;
  select * into v_turn from model_turn t
    where t.company = p_company and t.turn_key = p_turn_key and t.seq = p_seq and t.request_digest = p_digest;
  return query select case when v_turn.state = 'done' then 'done' else 'held' end, v_turn.response,
    greatest(0, ceil(extract(epoch from v_turn.lease_until - clock_timestamp()) * 1000))::int;
end $$;
