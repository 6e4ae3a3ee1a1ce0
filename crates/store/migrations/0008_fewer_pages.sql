-- Every page a write touches costs it time: here it touches fewer.

-- Answers to requests that may come again: one behind the other, and only their keys lie about.
CREATE TABLE answer (
  number {serial},
  principal {word} NOT NULL,
  key {word} NOT NULL,
  request TEXT NOT NULL,
  response TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (principal, key)
);
INSERT INTO answer (principal, key, request, response, at)
  SELECT principal, key, request, response, at FROM idempotency ORDER BY at;
DROP TABLE idempotency;

{text_index_again}
