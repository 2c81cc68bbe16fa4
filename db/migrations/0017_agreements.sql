-- What companies agree to before one of them acts. Each keeps its own copy: no row is of two companies, and what one says
-- reaches the other through its door. Who said it, why, and what is asked stand in the record alone, sealed.

-- An agreement as this company holds it. Times are its own clock. A copy, of a company that does not act, stands where the
-- executor last said that it stands.
create table agreement (
  company text not null,
  agreement_id text not null,
  case_id text not null,
  -- The company that asks, and acts once all sides agree.
  executor text not null,
  -- The companies whose ok it takes.
  sides text[] not null,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  -- Whose ok counts as this company's.
  role text not null,
  -- What it is about, and the step that proposed it, in its first round; null in a copy.
  proposal_id text,
  step text,
  state text not null check (state in
    ('asked', 'ready', 'intent', 'unknown', 'done', 'failed', 'withdrawn', 'refused', 'lapsed')),
  asked_at timestamptz not null,
  -- The last instant that is in time.
  expires_at timestamptz not null,
  moved_at timestamptz not null,
  primary key (agreement_id, company),
  foreign key (proposal_id, company) references proposal,
  check (company = any (sides) and executor = any (sides)),
  check ((company = executor) = (proposal_id is not null) and (proposal_id is null) = (step is null))
);
create unique index agreement_of_proposal on agreement (company, proposal_id) where proposal_id is not null;
create index agreement_by_step on agreement (company, step, asked_at) where step is not null;
create index agreement_by_deadline on agreement (company, expires_at) where expires_at is not null;
grant select, insert, update (state, moved_at) on agreement to mandate_app;

-- Why an agreement keeps its case from being erased: it is asked, or acted on; null when there is none.
create function open_agreement_of_case(p_company text, p_case text) returns text language sql stable as $$
  select 'agreement ' || g.agreement_id || ' is ' || g.state from agreement g
  where g.company = p_company and g.case_id = p_case and g.expires_at > '-infinity'
    and g.state in ('asked', 'ready', 'intent', 'unknown') limit 1
$$;
grant select on agreement to mandate_eraser;
create policy erasing_owner on agreement to mandate_eraser
  using (current_user = 'mandate_eraser' and pg_has_role(session_user, 'mandate_eraser', 'member'));
grant execute on function open_agreement_of_case to mandate_eraser, mandate_app;

-- What the sides said: each word once per side, over the digest of the agreement and no other.
create table agreement_word (
  company text not null,
  agreement_id text not null,
  side text not null,
  word text not null check (word in ('ok', 'refuse', 'withdraw')),
  digest text not null,
  said_at timestamptz not null,
  -- Digest of who said it and their name for the request; null for what another company said.
  request_key text,
  primary key (agreement_id, side, word, company),
  foreign key (agreement_id, company) references agreement
);
create unique index agreement_word_of_request on agreement_word (company, request_key) where request_key is not null;

create function word_is_about_its_agreement() returns trigger language plpgsql as $$
begin
  if new.digest <> (select digest from agreement where company = new.company and agreement_id = new.agreement_id) then
    raise exception 'OTHER_DIGEST: % is about something else', new.agreement_id using errcode = '42501';
  end if;
  return new;
end $$;
create trigger word_is_about_its_agreement before insert on agreement_word
  for each row execute function word_is_about_its_agreement();
create trigger agreement_word_is_append_only before update or delete on agreement_word
  for each row execute function refuse_change();
create trigger agreement_word_keeps_all before truncate on agreement_word
  for each statement execute function refuse_change();
grant select, insert on agreement_word to mandate_app;

-- Forward only, as domain/agreement.ts says: nothing is ready without an ok of each side, and an executor's agreement is no
-- further than the effect that it let through. A copy may skip what it was not told of.
create function agreement_moves_forward() returns trigger language plpgsql as $$
declare
  v_next text[] := case old.state
    when 'asked' then array['ready', 'withdrawn', 'refused', 'lapsed']
    when 'ready' then array['intent', 'withdrawn', 'refused', 'lapsed']
    when 'intent' then array['done', 'failed', 'unknown']
    when 'unknown' then array['done', 'failed']
    else '{}' end;
begin
  if new.company <> new.executor and old.state in ('asked', 'ready') then
    v_next := v_next || array['intent', 'done', 'failed', 'unknown'];
  end if;
  if new.state <> all (v_next) then
    raise exception 'FORWARD_ONLY: agreement % cannot go from % to %', old.agreement_id, old.state, new.state
      using errcode = '42501';
  end if;
  if new.state in ('ready', 'intent', 'done', 'failed', 'unknown') and exists (
      select from unnest(new.sides) as needed (side) where not exists (
        select from agreement_word w where w.company = new.company and w.agreement_id = new.agreement_id
          and w.side = needed.side and w.word = 'ok')) then
    raise exception 'NOT_AGREED: not every side of % has said ok', old.agreement_id using errcode = '42501';
  end if;
  if new.company = new.executor and new.state in ('intent', 'done', 'failed', 'unknown') and not exists (
      select from (select * from effect x where x.company = new.company and x.case_id = new.case_id offset 0) e
      where e.state = new.state and new.proposal_id = (
        select d.proposal_id from decision d where d.company = new.company and d.decision_id = (
          select p.decision_id from permit p where p.company = new.company and p.permit_id = e.permit_id))) then
    raise exception 'NO_EFFECT: no effect of agreement % is %', old.agreement_id, new.state using errcode = '42501';
  end if;
  return new;
end $$;
create trigger agreement_moves_forward before update on agreement
  for each row execute function agreement_moves_forward();
create trigger agreement_is_kept before delete on agreement for each row execute function refuse_change();
create trigger agreement_keeps_all before truncate on agreement for each statement execute function refuse_change();

-- Has the sides told: the executor tells every other one, the others tell the executor. What is told is read when it is
-- sent; `p_what` names the occasion.
create function tell_sides(p_company text, p_agreement text, p_what text) returns void language plpgsql as $$
begin
  insert into outbox (company, topic, key, payload)
  select g.company, 'word', g.agreement_id || '/' || other.side || '/' || p_what,
         jsonb_build_object('caseId', g.case_id, 'agreementId', g.agreement_id, 'to', other.side, 'what', p_what)
  from agreement g cross join lateral unnest(g.sides) as other (side)
  where g.company = p_company and g.agreement_id = p_agreement and other.side <> g.company
    and (g.company = g.executor or other.side = g.executor)
  on conflict do nothing;
end $$;

-- The instant of truth: the intent of an effect whose step asked the sides needs their latest agreement to be ready, over
-- this very proposal, and decided in time; with it the agreement moves on. Whoever holds the agreement's row was first.
create function effect_needs_agreement() returns trigger language plpgsql as $$
declare
  v_agreement agreement%rowtype;
  v_decided record;
begin
  select d.proposal_id, d.step_key, p.issued_at into v_decided
    from permit p
    cross join lateral (
      select x.proposal_id, x.step_key from decision x where x.company = p.company and x.decision_id = p.decision_id limit 1) d
    where p.company = new.company and p.permit_id = new.permit_id;
  select * into v_agreement from agreement
    where company = new.company and step = regexp_replace(v_decided.step_key, '~[0-9]+$', '')
    order by asked_at desc, agreement_id limit 1 for update;
  if not found then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    if v_agreement.proposal_id = v_decided.proposal_id and v_agreement.state in ('intent', 'unknown')
       and v_agreement.state <> new.state then
      update agreement set state = new.state, moved_at = coalesce(new.settled_at, moved_at)
        where company = new.company and agreement_id = v_agreement.agreement_id;
      perform tell_sides(new.company, v_agreement.agreement_id, new.state);
    end if;
    return null;
  end if;
  if v_agreement.state <> 'ready' or v_agreement.proposal_id <> v_decided.proposal_id
     or v_decided.issued_at > v_agreement.expires_at then
    raise exception 'NOT_AGREED: agreement % is %', v_agreement.agreement_id, case
      when v_agreement.proposal_id <> v_decided.proposal_id then 'about something else'
      when v_agreement.state = 'ready' then 'past its time' else v_agreement.state end using errcode = '55000';
  end if;
  update agreement set state = 'intent', moved_at = v_decided.issued_at
    where company = new.company and agreement_id = v_agreement.agreement_id;
  perform tell_sides(new.company, v_agreement.agreement_id, 'intent');
  return null;
end $$;
create trigger effect_needs_agreement after insert or update of state on effect
  for each row execute function effect_needs_agreement();
