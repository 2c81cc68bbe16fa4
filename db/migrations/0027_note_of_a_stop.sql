-- A stop of the company or of a function holds everything but the note on the company's own CRM record: who asked reads there that what
-- was asked is held, and by what. `switch/tool/crm.add-note`, the note's tool, holds the notes too.
create or replace function stopped_by(p_company text, p_function text, p_tool text, p_step text, p_policy text, p_approved boolean)
returns text language plpgsql stable as $$
declare
  v_name text;
begin
  foreach v_name in array array['switch/company', 'switch/function/' || p_function, 'switch/tool/' || p_tool] loop
    if control_cap(p_company, v_name) = 0 and (p_tool <> 'crm.add-note' or v_name = 'switch/tool/crm.add-note') then
      return v_name;
    end if;
  end loop;
  if p_policy is not null and (
    select a.mode from autonomy_mode a where a.company = p_company and a.policy_id = p_policy and a.in_force
    order by a.n desc limit 1) in ('off', 'shadow') then
    return 'mode/' || p_policy;
  end if;
  if p_approved then
    return null;
  end if;
  foreach v_name in array array['intelligence', 'orchestration', 'compliance'] loop
    if (control_cap(p_company, 'switch/agent/' || v_name) = 0 or control_cap(p_company, 'autonomy/agent/' || v_name) <= 1)
       and exists (select from audit_record r where r.company = p_company and r.key = p_step || '/' || v_name || '/turn') then
      return case when control_cap(p_company, 'switch/agent/' || v_name) = 0 then 'switch' else 'autonomy' end || '/agent/' || v_name;
    end if;
  end loop;
  return null;
end $$;
