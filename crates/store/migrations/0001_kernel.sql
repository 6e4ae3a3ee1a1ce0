-- The kernel. One text for both databases: words in braces are filled in per dialect, see schema.rs.
-- Instants are microseconds since 1970, UTC.

CREATE TABLE stream (
  id {word} NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  kind {word} NOT NULL,
  definition TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  note TEXT NOT NULL,
  imported BOOLEAN NOT NULL,
  PRIMARY KEY (id, version)
);

CREATE TABLE person (
  id {id} NOT NULL PRIMARY KEY,
  handle {word} NOT NULL UNIQUE,
  name TEXT NOT NULL,
  mail TEXT
);

CREATE TABLE team (
  id {word} NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  capacity DOUBLE PRECISION,
  calendar TEXT
);

CREATE TABLE team_member (
  team {word} NOT NULL REFERENCES team (id) ON DELETE CASCADE,
  person {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  PRIMARY KEY (team, person)
){rowless};

CREATE TABLE service (
  id {word} NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  team {word} REFERENCES team (id),
  about TEXT NOT NULL
);

CREATE TABLE key_counter (
  kind {word} NOT NULL PRIMARY KEY,
  last BIGINT NOT NULL
);

CREATE TABLE item (
  id {id} NOT NULL PRIMARY KEY,
  key {word} NOT NULL UNIQUE,
  kind {word} NOT NULL,
  stream {word} NOT NULL,
  version BIGINT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  requester {id} REFERENCES person (id) ON DELETE SET NULL,
  opened_by TEXT NOT NULL,
  created BIGINT NOT NULL,
  committed BIGINT,
  delivered BIGINT,
  closed BIGINT,
  result TEXT,
  ended_step BIGINT,
  ended_result TEXT,
  parked TEXT NOT NULL,
  marking TEXT NOT NULL,
  open_rounds TEXT NOT NULL,
  touched BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  imported BOOLEAN NOT NULL,
  FOREIGN KEY (stream, version) REFERENCES stream (id, version)
);
CREATE INDEX item_touched ON item (touched, id);
CREATE INDEX item_created ON item (created, id);
CREATE INDEX item_stream ON item (stream, created, id);
CREATE INDEX item_open ON item (touched, id) WHERE closed IS NULL;

CREATE TABLE item_field (
  item {id} NOT NULL REFERENCES item (id) ON DELETE CASCADE,
  name {word} NOT NULL,
  value {word} NOT NULL,
  number DOUBLE PRECISION,
  PRIMARY KEY (item, name)
){rowless};
CREATE INDEX item_field_value ON item_field (name, value);

CREATE TABLE round (
  item {id} NOT NULL REFERENCES item (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  step {word} NOT NULL,
  place BIGINT,
  label TEXT,
  activity {word} NOT NULL,
  opened BIGINT NOT NULL,
  started BIGINT,
  ended BIGINT,
  ending TEXT,
  outcome TEXT,
  released_by BIGINT,
  gates TEXT NOT NULL,
  child {id},
  child_result TEXT,
  team {word},
  phase {word} NOT NULL,
  reason {word} NOT NULL,
  PRIMARY KEY (item, number)
){rowless};
CREATE INDEX round_open ON round (team, step, item) WHERE ended IS NULL;

CREATE TABLE visit (
  item {id} NOT NULL,
  round BIGINT NOT NULL,
  number BIGINT NOT NULL,
  team {word},
  entered BIGINT NOT NULL,
  started BIGINT,
  left_at BIGINT,
  PRIMARY KEY (item, round, number),
  FOREIGN KEY (item, round) REFERENCES round (item, number) ON DELETE CASCADE
){rowless};

CREATE TABLE spell (
  item {id} NOT NULL,
  round BIGINT NOT NULL,
  visit BIGINT NOT NULL,
  number BIGINT NOT NULL,
  phase {word} NOT NULL,
  reason {word} NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT,
  PRIMARY KEY (item, round, visit, number),
  FOREIGN KEY (item, round, visit) REFERENCES visit (item, round, number) ON DELETE CASCADE
){rowless};

CREATE TABLE note (
  id {id} NOT NULL PRIMARY KEY,
  item {id} NOT NULL REFERENCES item (id) ON DELETE CASCADE,
  actor TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX note_item ON note (item);

CREATE TABLE fact (
  seq {serial},
  item {id} NOT NULL REFERENCES item (id) ON DELETE CASCADE,
  revision BIGINT NOT NULL,
  happened_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  cause {word} NOT NULL,
  note {id},
  stream {word} NOT NULL,
  version BIGINT NOT NULL,
  step {word},
  activity {word},
  phase {word},
  team {word},
  what {word} NOT NULL,
  event TEXT NOT NULL{settled},
  UNIQUE (item, revision)
);
CREATE INDEX fact_stream ON fact (stream, what, happened_at);

CREATE TABLE link (
  source {id} NOT NULL REFERENCES item (id) ON DELETE CASCADE,
  kind {word} NOT NULL,
  target {id} NOT NULL REFERENCES item (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  PRIMARY KEY (source, kind, target)
){rowless};
CREATE INDEX link_target ON link (target, kind);

CREATE TABLE timer (
  item {id} NOT NULL REFERENCES item (id) ON DELETE CASCADE,
  round BIGINT NOT NULL,
  due BIGINT NOT NULL,
  fired BIGINT,
  PRIMARY KEY (item, round)
){rowless};
CREATE INDEX timer_due ON timer (due) WHERE fired IS NULL;

CREATE TABLE idempotency (
  principal {word} NOT NULL,
  key {word} NOT NULL,
  request TEXT NOT NULL,
  response TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (principal, key)
){rowless};
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE inbox (
  source {word} NOT NULL,
  delivery {word} NOT NULL,
  at BIGINT NOT NULL,
  response TEXT NOT NULL,
  PRIMARY KEY (source, delivery)
){rowless};

CREATE TABLE hook_source (
  name {word} NOT NULL PRIMARY KEY,
  secret TEXT NOT NULL,
  mapping TEXT NOT NULL,
  changed_at BIGINT NOT NULL
){rowless};

CREATE TABLE deployment (
  id {id} NOT NULL PRIMARY KEY,
  service {word} NOT NULL,
  environment {word} NOT NULL,
  version {word} NOT NULL,
  commit_id {word},
  outcome {word} NOT NULL,
  item {id} REFERENCES item (id) ON DELETE SET NULL,
  at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX deployment_at ON deployment (at, id);

CREATE TABLE log_event (
  stream {word} NOT NULL,
  version BIGINT NOT NULL,
  number BIGINT NOT NULL,
  case_id TEXT NOT NULL,
  activity TEXT NOT NULL,
  at BIGINT NOT NULL,
  start_at BIGINT,
  team TEXT,
  lifecycle TEXT,
  PRIMARY KEY (stream, version, number),
  FOREIGN KEY (stream, version) REFERENCES stream (id, version)
){rowless};
CREATE INDEX log_event_case ON log_event (stream, version, case_id);
