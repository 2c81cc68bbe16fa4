-- A route may want several people: each answers once, and a permit needs as many approvals of the very action as the
-- route's quorum says, none of them by who made the request. One rejection is enough to deny.

alter table approval drop constraint approval_company_escalation_id_key;
alter table approval add constraint approval_once_per_person unique (company, escalation_id, person_id);

create or replace function permit_needs_decision() returns trigger language plpgsql as $$
declare
  d decision%rowtype;
  v_quorum int;
  v_approvals int;
begin
  select * into d from decision where company = new.company and decision_id = new.decision_id;
  if not found then
    raise exception 'NO_DECISION: permit % has no decision', new.permit_id using errcode = '23503';
  end if;
  if d.action_digest <> new.action_digest or d.step_key <> new.effect_key then
    raise exception 'DIGEST_MISMATCH: permit % is for another action', new.permit_id using errcode = '42501';
  end if;
  if d.verdict = 'execute' then
    return new;
  end if;
  if d.verdict = 'escalate' then
    select coalesce((e.route->>'quorum')::int, 1), count(*) into v_quorum, v_approvals
      from approval named
      join escalation e on e.company = named.company and e.escalation_id = named.escalation_id
      join approval a on a.company = e.company and a.escalation_id = e.escalation_id
      where named.company = d.company and named.approval_id = d.approval_id and named.verdict = 'approve'
        and e.step_key = d.step_key and a.verdict = 'approve' and a.action_digest = d.action_digest
        and a.person_id <> d.requested_by
      group by e.route;
    if found and v_approvals >= v_quorum then
      return new;
    end if;
  end if;
  raise exception 'NOT_PERMITTED: decision % is % without an approval', d.decision_id, d.verdict using errcode = '42501';
end $$;
