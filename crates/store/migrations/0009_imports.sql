-- Imports: files that were brought, how they are read, what became of them; and mappings that are kept by name.

CREATE TABLE import_job (
  id {id} NOT NULL PRIMARY KEY,
  -- The name people gave the file, and its size in bytes.
  file TEXT NOT NULL,
  size BIGINT NOT NULL,
  -- Which node's folder holds the file; empty where it was not kept.
  spool {word} NOT NULL,
  entity {word} NOT NULL REFERENCES entity (id),
  -- The stream it becomes, and its name.
  stream {word} NOT NULL,
  name TEXT NOT NULL,
  -- brought, waiting, running, done, failed, cancelled or undone.
  state {word} NOT NULL,
  -- Somebody wants it to stop.
  cancel BOOLEAN NOT NULL,
  -- What was said of the file, as a mapping file; and the name of the kept mapping it came from.
  mapping TEXT NOT NULL,
  mapping_name TEXT NOT NULL,
  -- How it was read, and what came of it or would come of it, as JSON; empty where it was not.
  look TEXT NOT NULL,
  outcome TEXT NOT NULL,
  -- Why it failed.
  wrong TEXT NOT NULL,
  -- How often it was begun: who has the number may end it.
  run BIGINT NOT NULL,
  -- The version it made.
  version BIGINT,
  actor TEXT NOT NULL,
  account {word} NOT NULL,
  made_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX import_job_made ON import_job (made_at, id);
CREATE INDEX import_job_open ON import_job (spool, made_at) WHERE state IN ('waiting', 'running');
CREATE INDEX import_job_stream ON import_job (stream, version);

CREATE TABLE import_mapping (
  name {word} NOT NULL PRIMARY KEY,
  entity {word} NOT NULL REFERENCES entity (id),
  -- The columns of the file it was made for, as a digest.
  header {word} NOT NULL,
  mapping TEXT NOT NULL,
  actor TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX import_mapping_header ON import_mapping (header);
