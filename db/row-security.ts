import type { Sql } from "../audit/records.ts";

/** Schemas of the product; what an extension brought is not ours. */
const ours = (kind: "pg_class" | "pg_proc", oid: string, namespace: string) =>
  `${namespace}::regnamespace::text !~ '^(pg_|information_schema$)'
   and not exists (select from pg_depend e where e.classid = '${kind}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

const hasCompany = (relation: string) =>
  `exists (select from pg_attribute k where k.attrelid = ${relation} and k.attname = 'company' and not k.attisdropped)`;

const TABLES = `
  select format('table %s: ', c.oid::regclass) || problem as gap
  from pg_class c,
    lateral (values
      ('it has no company, and is not the list of migrations', not ${hasCompany("c.oid")}),
      ('row security is not on', ${hasCompany("c.oid")} and not c.relrowsecurity),
      ('its owner is not bound by row security', ${hasCompany("c.oid")} and not c.relforcerowsecurity),
      ('no policy keeps companies apart', ${hasCompany("c.oid")} and not exists (
        select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*' and p.polroles = '{0}'
          and pg_get_expr(p.polqual, c.oid) = '(company = current_company())'
          and pg_get_expr(p.polwithcheck, c.oid) = '(company = current_company())')),
      ('a policy lets more through', exists (
        select from pg_policy p where p.polrelid = c.oid and p.polpermissive and p.polname <> 'own_company'
          and (p.polname, p.polroles::regrole[]::text) not in
            (('appending_owner', '{mandate_recorder}'), ('erasing_owner', '{mandate_eraser}'),
             ('directory_owner', '{mandate_directory}'))))
    ) as found (problem, is_so)
  where c.relkind in ('r', 'p') and c.oid is distinct from to_regclass('public.schema_migration') and found.is_so
    and ${ours("pg_class", "c.oid", "c.relnamespace")}`;

const VIEWS = `
  select format('view %s: it reads with its owner''s rights', c.oid::regclass) as gap
  from pg_class c
  where ${ours("pg_class", "c.oid", "c.relnamespace")}
    and (c.relkind = 'm' or (c.relkind = 'v' and not coalesce(
      (select o.option_value::boolean from pg_options_to_table(c.reloptions) o where o.option_name = 'security_invoker'), false)))`;

/**
 * A unique key without the company tells one company what another one has. A primary key that is a single number made by
 * the server is none: nobody can offer a value for it.
 */
const KEYS = `
  select format('unique index %s: it spans companies', i.indexrelid::regclass) as gap
  from pg_index i join pg_class c on c.oid = i.indrelid
  where i.indisunique and ${hasCompany("c.oid")} and ${ours("pg_class", "c.oid", "c.relnamespace")}
    and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'company' and a.attnum = any (i.indkey))
    and not (i.indisprimary and i.indnkeyatts = 1 and exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0] and a.attidentity = 'a'))`;

const FUNCTIONS = `
  select format('function %s: it runs with its owner''s rights', p.oid::regprocedure) as gap
  from pg_proc p
  where p.prosecdef and ${ours("pg_proc", "p.oid", "p.pronamespace")}
    and not ((p.proowner::regrole::text, p.proname) in (
               ('mandate_recorder', 'append_record'), ('mandate_recorder', 'append_records'), ('mandate_eraser', 'prepare_erasure'),
               ('mandate_eraser', 'erase_subject'), ('mandate_eraser', 'erase_ignored_events'),
               ('mandate_directory', 'change_people'))
             and exists (select from unnest(p.proconfig) s where s like 'search\\_path=%'))`;

/** What the database holds that could show a company's rows to another one, a line each; empty when there is nothing. */
export async function rowSecurityGaps(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ gap: string }>(
    [TABLES, VIEWS, KEYS, FUNCTIONS].join(" union all ") + " order by gap",
  );
  return rows.map(({ gap }) => gap);
}

/** The login in use, the company whose rows it sees, and why row security does not bind it, if so. */
export type SessionLogin = {
  readonly login: string;
  readonly company: string | null;
  readonly unboundBy: "superuser" | "BYPASSRLS" | "owner of the tables" | null;
};

/** Who is logged in. Works on a database that has no row security yet. */
export async function sessionLogin(sql: Sql): Promise<SessionLogin> {
  const { rows } = await sql.query<SessionLogin>(
    `select session_user as login,
            case when starts_with(session_user, 'company:') then substr(session_user, 9) end as company,
            case when rolsuper then 'superuser' when rolbypassrls then 'BYPASSRLS'
                 when exists (select from pg_class c where c.relkind in ('r', 'p') and pg_has_role(session_user, c.relowner, 'usage')
                              and ${hasCompany("c.oid")} and ${ours("pg_class", "c.oid", "c.relnamespace")})
                   then 'owner of the tables' end as "unboundBy"
     from pg_roles where rolname = session_user`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error("the database does not say who is logged in");
  return found;
}
