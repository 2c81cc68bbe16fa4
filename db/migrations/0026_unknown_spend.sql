-- A call that did not answer may still be billed: its connection was lost or cut, or its time was up. It ends `unknown`, and all that was
-- held for it counts as used.
alter table model_spend drop constraint model_spend_state_check;
alter table model_spend add constraint model_spend_state_check check (state in ('reserved', 'settled', 'released', 'unknown'));
create index model_spend_unknown on model_spend (company, day) where state = 'unknown';
