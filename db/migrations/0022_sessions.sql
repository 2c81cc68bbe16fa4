-- Sessions of the console: who is logged in in a browser, and which question they have before them.

-- The token is kept as SHA-256 only. Times are wall time: they say nothing of what is decided.
create table console_session (
  company text not null,
  session_sha256 text not null,
  person_id text not null,
  began_at timestamptz not null,
  expires_at timestamptz not null,
  -- The question that is open in that browser, and when it last said so.
  looking_at text,
  seen_at timestamptz,
  primary key (session_sha256, company),
  foreign key (company, person_id) references person on delete cascade
);
create index console_session_of_person on console_session (company, person_id) where person_id is not null;
create index console_session_looking on console_session (company, seen_at) where looking_at is not null;
grant select, insert, delete on console_session to mandate_app;
grant update (looking_at, seen_at) on console_session to mandate_app;
