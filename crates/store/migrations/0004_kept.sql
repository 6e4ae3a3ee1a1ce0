-- What is kept about changes: the trail of everything that is no fact of an item, and the chain over both.

-- The number stands last: a transaction has its own number before it takes one here, so that the order of
-- numbers can be told to be final.
CREATE TABLE audit (
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action {word} NOT NULL,
  object {word} NOT NULL,
  detail TEXT NOT NULL{settled},
  seq {serial}
);
CREATE INDEX audit_object ON audit (object, seq);

-- One row per fact and per row of `audit`, appended shortly after they were committed. `other` is the last
-- number sealed of the other source; `words` is the digest of the words kept beside the entry.
CREATE TABLE chain (
  number BIGINT NOT NULL PRIMARY KEY,
  source {word} NOT NULL,
  seq BIGINT NOT NULL,
  other BIGINT NOT NULL,
  words {bytes},
  hash {bytes} NOT NULL
){rowless};

CREATE TABLE chain_head (
  number BIGINT NOT NULL PRIMARY KEY,
  hash {bytes} NOT NULL,
  at BIGINT NOT NULL,
  public_key {bytes} NOT NULL,
  signature {bytes} NOT NULL
){rowless};

{settled_index}
