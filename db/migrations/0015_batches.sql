-- Data that arrives in bulk: stored once per source and window, folded into objects, told to their cases a few at a time.
-- Rows and readings are working data: each goes with the step that used it, and what stays is counts, a digest and records.

-- What one source sent of one window.
create table batch (
  company text not null,
  batch_id text not null,
  source text not null,
  -- The window as the sender wrote it, and its instants.
  window_name text not null,
  window_from timestamptz not null,
  window_until timestamptz not null check (window_until > window_from),
  -- 1 for the first of its source and window, one more for each that comes in its place.
  n int not null check (n > 0),
  format text not null check (format in ('ndjson', 'csv')),
  -- receiving: not whole yet. stored: whole, and its objects are being told. told: nothing is left to do. superseded:
  -- another one stands in its place. abandoned: nobody sent the rest.
  state text not null check (state in ('receiving', 'stored', 'told', 'superseded', 'abandoned')),
  -- SHA-256 (hex) of the bytes, once they are all there.
  digest text,
  bytes bigint not null default 0,
  row_count bigint not null default 0,
  bad_count bigint not null default 0,
  -- The first bad rows: {line, reason}. What stood in them is not kept.
  bad jsonb not null default '[]',
  superseded_by text,
  touched_at timestamptz not null,
  stored_at timestamptz,
  -- The person who sent it.
  stored_by text,
  told_at timestamptz,
  primary key (batch_id, company)
);
create unique index batch_of_window on batch (company, source, window_from, window_until, n) where source is not null;
create index batch_open on batch (company, stored_at) where state in ('receiving', 'stored');
create index batch_by_time on batch (company, touched_at) where touched_at is not null;
grant select, insert,
  update (state, format, digest, bytes, row_count, bad_count, bad, superseded_by, touched_at, stored_at, stored_by, told_at) on batch to mandate_app;
grant select, update (stored_by) on batch to mandate_eraser;
create policy erasing_owner on batch to mandate_eraser
  using (current_user = 'mandate_eraser' and pg_has_role(session_user, 'mandate_eraser', 'member'))
  with check (current_user = 'mandate_eraser' and pg_has_role(session_user, 'mandate_eraser', 'member'));

-- Rows as they came, some thousand in one value: [line, row] each. They are gone once every function has folded them.
create table batch_chunk (
  company text not null,
  batch_id text not null,
  n int not null check (n > 0),
  -- SHA-256 (hex) of what is kept of it: a chunk that is sent again is known by it.
  digest text not null,
  bytes bigint not null,
  row_count int not null,
  bad_count int not null,
  rows jsonb not null,
  bad jsonb not null,
  primary key (batch_id, n, company),
  foreign key (batch_id, company) references batch
);
grant select, insert, update (digest, bytes, row_count, bad_count, rows, bad), delete on batch_chunk to mandate_app;

-- How far a function is with a batch that it hears.
create table batch_share (
  company text not null,
  batch_id text not null,
  function_id text not null,
  state text not null check (state in ('folding', 'telling', 'told')),
  -- The last object that was folded whole: a fold that was interrupted goes on after it.
  after_id text collate "C" not null default '',
  objects bigint not null default 0,
  told bigint not null default 0,
  primary key (batch_id, function_id, company),
  foreign key (batch_id, company) references batch
);
grant select, insert, update (state, after_id, objects, told) on batch_share to mandate_app;

-- An object's reading that its case has not been told of. Told, it stands in the inbox.
create table batch_object (
  company text not null,
  batch_id text not null,
  function_id text not null,
  object_id text collate "C" not null,
  reading jsonb not null,
  primary key (batch_id, function_id, object_id, company)
);
grant select, insert, delete on batch_object to mandate_app;
