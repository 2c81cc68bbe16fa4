-- People: who may answer escalations, and whose signatures put policies in force.

-- Tokens are kept as SHA-256 only. What another company must not learn by trying is that one is taken.
create table person (
  company text not null,
  person_id text not null,
  name text not null,
  role text not null,
  token_sha256 text not null,
  primary key (company, person_id)
);
create unique index person_token on person (company, token_sha256) where token_sha256 is not null;
grant select, insert, update (name, role, token_sha256) on person to mandate_app;

-- The public half of a person's signing key (Ed25519, SPKI, base64). The first one stands.
create table signing_key (
  company text not null,
  person_id text not null,
  public_key text not null,
  registered_at timestamptz not null,
  primary key (company, person_id)
);
create trigger signing_key_is_append_only before update or delete on signing_key
  for each row execute function refuse_change();
create trigger signing_key_keeps_all before truncate on signing_key for each statement execute function refuse_change();
grant select, insert on signing_key to mandate_app;

-- Answers the key that stands. A first one is recorded.
create function register_signing_key(p jsonb) returns text language plpgsql as $$
begin
  insert into signing_key (company, person_id, public_key, registered_at)
  values (p->>'company', p->>'person', p->>'publicKey', (p->>'at')::timestamptz)
  on conflict do nothing;
  if found then
    perform append_record(p->>'company', p->>'caseId', 'policy', p->>'recordKey', p->>'canonical');
  end if;
  return (select public_key from signing_key where company = p->>'company' and person_id = p->>'person');
end $$;
