-- What leaves: who is told of facts, what is on its way to them, and every attempt.

CREATE TABLE receiver (
  id {word} NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  -- Facts of items of this entity and below are told.
  entity {word} NOT NULL REFERENCES entity (id),
  -- What facts call what happened, and ids of streams, each a JSON list; an empty one means all.
  kinds TEXT NOT NULL,
  streams TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  -- Sealed. The former one signs too until its time is over.
  secret TEXT NOT NULL,
  former TEXT,
  former_until BIGINT NOT NULL,
  -- The number of the last fact for which deliveries were written.
  told BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE delivery (
  id {serial},
  receiver {word} NOT NULL REFERENCES receiver (id) ON DELETE CASCADE,
  seq BIGINT NOT NULL REFERENCES fact (seq) ON DELETE CASCADE,
  item {id} NOT NULL,
  -- waiting, done or dead.
  state {word} NOT NULL,
  tries BIGINT NOT NULL,
  due BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  ended_at BIGINT,
  UNIQUE (receiver, seq)
);
CREATE INDEX delivery_waiting ON delivery (receiver, item, seq) WHERE state = 'waiting';
CREATE INDEX delivery_due ON delivery (receiver, due) WHERE state = 'waiting';
CREATE INDEX delivery_dead ON delivery (receiver, seq) WHERE state = 'dead';
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE state = 'done';
CREATE INDEX delivery_seq ON delivery (seq);

CREATE TABLE attempt (
  id {serial},
  delivery BIGINT NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  millis BIGINT NOT NULL,
  -- None where there was no answer.
  status BIGINT,
  -- The first bytes of the answer, or why there was none.
  said TEXT NOT NULL
);
CREATE INDEX attempt_delivery ON attempt (delivery);
