-- Search: the words of items in the form in which they are searched, views that were saved, and the indexes that
-- lists by the filter language need.

-- `words`: key, title, description and comments, folded, a space around each word. `title`: only the title's.
CREATE TABLE search (
  number {serial},
  item {id} NOT NULL UNIQUE REFERENCES item (id) ON DELETE CASCADE,
  title {word} NOT NULL,
  words {word} NOT NULL
);
{text_index}

-- Items from before there was a search: their words are written after the start, some at a time.
CREATE TABLE search_owed (
  item {id} NOT NULL PRIMARY KEY
){rowless};
INSERT INTO search_owed (item) SELECT id FROM item;

-- The value as it is compared, where that is not simply `lower(value)`: values with letters beyond a to z.
ALTER TABLE item_field ADD COLUMN folded {word};
DROP INDEX item_field_value;
CREATE INDEX item_field_folded ON item_field (name, COALESCE(folded, lower(value)), item);

CREATE INDEX item_stream_touched ON item (stream, touched, id);
CREATE INDEX item_kind_touched ON item (kind, touched, id);
CREATE INDEX item_key_lower ON item (lower(key));
CREATE INDEX item_opened_by ON item (opened_by);
DROP INDEX round_open;
CREATE INDEX round_open ON round (lower(team), item) WHERE ended IS NULL;
CREATE INDEX round_open_step ON round (lower(step), item) WHERE ended IS NULL;
CREATE INDEX round_team ON round (team, item);

-- A filter with a name. `owner`: the account it belongs to; empty: it is shared.
CREATE TABLE saved_view (
  owner {word} NOT NULL,
  id {word} NOT NULL,
  name TEXT NOT NULL,
  entity {word} NOT NULL DEFAULT 'root',
  q TEXT NOT NULL,
  sort {word} NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (owner, id)
){rowless};
