-- Reports, demotion and the history read one policy's decisions in order, what people answered per object, and when.

create index decision_by_policy on decision (company, policy_id, decided_at, decision_id);
create index escalation_by_case on escalation (company, case_id, closed_at);
create index approval_by_time on approval (company, given_at);
