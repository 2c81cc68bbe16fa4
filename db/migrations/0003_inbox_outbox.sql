-- Events as they came in, durable before they are answered and kept for ever: the unique key is the deduplication.
create table inbox (
  company text not null,
  event_id text not null,
  source text not null,
  source_key text not null,
  body_digest text not null,
  function_id text,
  object_type text not null,
  object_id text not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null default clock_timestamp(),
  body jsonb not null,
  -- pending: waits for the relay. dispatched: its case has it. ignored: no function listens. late: a newer one came first.
  state text not null check (state in ('pending', 'dispatched', 'ignored', 'late')),
  dispatched_at timestamptz,
  attempts int not null default 0,
  retry_at timestamptz not null default clock_timestamp(),
  primary key (company, event_id),
  unique (company, source, source_key, body_digest)
);
create index inbox_pending on inbox (retry_at) where state = 'pending';

-- The newest occurrence seen per function and object: an older delivery never moves the object backwards.
create table inbox_clock (
  company text not null,
  function_id text not null,
  object_type text not null,
  object_id text not null,
  occurred_at timestamptz not null,
  primary key (company, function_id, object_type, object_id)
);

-- What other processes must be told, written in the transaction that made it true.
create table outbox (
  outbox_id bigint generated always as identity primary key,
  company text not null,
  topic text not null check (topic in ('verdict')),
  key text not null,
  payload jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  delivered_at timestamptz,
  attempts int not null default 0,
  retry_at timestamptz not null default clock_timestamp(),
  unique (company, topic, key)
);
create index outbox_waiting on outbox (retry_at) where delivered_at is null;

-- People who may answer escalations. Tokens are kept as SHA-256 only.
create table person (
  company text not null,
  person_id text not null,
  name text not null,
  role text not null,
  token_sha256 text not null unique,
  primary key (company, person_id)
);

-- Working days played, so that an interrupted one is continued and the next one is new.
create table working_day (
  company text not null,
  day int not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (company, day)
);
