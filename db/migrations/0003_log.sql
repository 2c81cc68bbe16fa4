-- The record as a Merkle log (RFC 6962): what the integrator makes of the records, and strangers check.

-- A log: the company's own, and one per partner that things are agreed with.
create table audit_log (
  company text not null,
  log text not null,
  -- Names the log in checkpoints, for ever.
  origin text not null,
  -- Leaves that have a place in the tree.
  size bigint not null default 0 check (size >= 0),
  primary key (company, log)
);
create unique index audit_log_by_origin on audit_log (company, origin) where origin is not null;

-- A record's place in its log: `seq` is null until the integrator gives it, in the order of `ordinal`.
create table audit_place (
  company text not null,
  log text not null,
  ordinal bigint generated always as identity,
  key text not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  -- A checkpoint follows at once: a block, an escalation, a large sum.
  urgent boolean not null,
  seq bigint check (seq >= 0),
  primary key (key, company)
);
create index audit_place_pending on audit_place (company, log, ordinal) where seq is null;
-- Asked for in its own words: the index of all that waits cannot serve who asks for what is urgent.
create index audit_place_urgent on audit_place (company, log) where urgent and coalesce(seq, -1) = -1;
create unique index audit_place_in_tree on audit_place (company, log, seq) where seq is not null;

-- Hashes of complete subtrees, 256 per tile (C2SP tlog-tiles); a tile only grows.
create table audit_tile (
  company text not null,
  log text not null,
  level int not null check (level >= 0),
  index bigint not null check (index >= 0),
  hashes bytea not null check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
  primary key (company, log, level, index),
  foreign key (company, log) references audit_log
);

-- What a log was at some size, signed by its key. A checkpoint that was given away is never taken back.
create table audit_checkpoint (
  company text not null,
  log text not null,
  size bigint not null,
  root bytea not null check (octet_length(root) = 32),
  -- A C2SP signed note, without the witnesses' lines.
  note text not null,
  signed_at timestamptz not null,
  primary key (company, log, size),
  foreign key (company, log) references audit_log
);

-- A witness's word that it saw this checkpoint and that it follows from the one before.
create table audit_cosignature (
  company text not null,
  log text not null,
  size bigint not null,
  witness text not null,
  -- The witness's signature line, as it is added to the note.
  line text not null,
  signed_at timestamptz not null,
  primary key (company, log, size, witness),
  foreign key (company, log, size) references audit_checkpoint
);

-- That a place outside the database holds more of a log, or otherwise, than the database: nothing is signed for the log while
-- that place is one of those that are asked.
create table audit_fork (
  company text not null,
  log text not null,
  sink text not null,
  detail text not null,
  found_at timestamptz not null default clock_timestamp(),
  primary key (company, log, sink)
);
create trigger audit_fork_is_append_only before update or delete on audit_fork for each row execute function refuse_change();
create trigger audit_fork_keeps_all before truncate on audit_fork for each statement execute function refuse_change();
grant select, insert on audit_fork to mandate_app;

-- What came of verifying the whole record: every log by its twelve checks, and the ledgers' rows against their records.
create table audit_verification (
  company text not null,
  n bigint generated always as identity,
  at timestamptz not null,
  outcome text not null check (outcome in ('pass', 'tampered', 'differs', 'incomplete')),
  leaves bigint not null,
  -- Rows of ledgers that were held against records.
  ledger_rows bigint not null,
  found bigint not null,
  -- The first findings, in words.
  findings jsonb not null,
  primary key (company, n)
);
create trigger audit_verification_is_append_only before update or delete on audit_verification
  for each row execute function refuse_change();
create trigger audit_verification_keeps_all before truncate on audit_verification
  for each statement execute function refuse_change();
grant select, insert on audit_verification to mandate_app;

grant select on audit_log, audit_place, audit_tile, audit_checkpoint, audit_cosignature to mandate_app;
grant insert, update (size) on audit_log to mandate_app;
grant insert, update (hashes) on audit_tile to mandate_app;
grant insert on audit_checkpoint, audit_cosignature to mandate_app;
-- A record gets its row with its append; the integrator gives it its place.
grant select, insert on audit_place to mandate_recorder;
grant update (seq) on audit_place to mandate_app;

create function log_only_grows() returns trigger language plpgsql as $$
begin
  if (old.company, old.log, old.origin) is distinct from (new.company, new.log, new.origin) or new.size < old.size then
    raise exception 'APPEND_ONLY: log % only grows', old.log using errcode = '42501';
  end if;
  return new;
end $$;
create trigger audit_log_only_grows before update on audit_log for each row execute function log_only_grows();
create trigger audit_log_is_kept before delete on audit_log for each row execute function refuse_change();
create trigger audit_log_keeps_all before truncate on audit_log for each statement execute function refuse_change();

create function place_is_given_once() returns trigger language plpgsql as $$
begin
  if old.seq is not null or new.seq is null
     or (old.company, old.log, old.ordinal, old.key, old.leaf_hash)
        is distinct from (new.company, new.log, new.ordinal, new.key, new.leaf_hash) then
    raise exception 'APPEND_ONLY: the place of % is given', old.key using errcode = '42501';
  end if;
  return new;
end $$;
create trigger audit_place_is_given_once before update on audit_place
  for each row execute function place_is_given_once();
create trigger audit_place_is_kept before delete on audit_place for each row execute function refuse_change();
create trigger audit_place_keeps_all before truncate on audit_place for each statement execute function refuse_change();

create function tile_only_grows() returns trigger language plpgsql as $$
begin
  if (old.company, old.log, old.level, old.index) is distinct from (new.company, new.log, new.level, new.index)
     or substr(new.hashes, 1, octet_length(old.hashes)) <> old.hashes then
    raise exception 'APPEND_ONLY: tile %/% of % only grows', old.level, old.index, old.log using errcode = '42501';
  end if;
  return new;
end $$;
create trigger audit_tile_only_grows before update on audit_tile for each row execute function tile_only_grows();
create trigger audit_tile_is_kept before delete on audit_tile for each row execute function refuse_change();
create trigger audit_tile_keeps_all before truncate on audit_tile for each statement execute function refuse_change();

create trigger audit_checkpoint_is_append_only before update or delete on audit_checkpoint
  for each row execute function refuse_change();
create trigger audit_checkpoint_keeps_all before truncate on audit_checkpoint
  for each statement execute function refuse_change();

create trigger audit_cosignature_is_append_only before update or delete on audit_cosignature
  for each row execute function refuse_change();
create trigger audit_cosignature_keeps_all before truncate on audit_cosignature
  for each statement execute function refuse_change();
