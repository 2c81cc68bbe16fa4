-- What every case calls finds its rows by key, whatever it is asked: one plan serves all calls. Left to itself PostgreSQL
-- plans statements over a JSON argument's items anew at each call, because it sees fewer items than it would otherwise
-- expect; that was a third of an append's cost. Functions that these call follow their setting.
--
-- `create or replace function` drops the setting: a later migration that replaces one of these sets it again.
do $$
declare
  f text;
begin
  for f in
    select p.oid::regprocedure::text from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname = any (array[
      'accept_events', 'append_once', 'append_record', 'append_records', 'ask_limits', 'begin_effect', 'claim_model_turn',
      'keep_model_turn', 'open_escalation', 'record_decision', 'record_proposal', 'record_review',
      'record_service_decisions', 'settle_effect', 'store_findings', 'subject_keys'])
  loop
    execute format('alter function %s set plan_cache_mode = force_generic_plan', f);
  end loop;
end $$;
