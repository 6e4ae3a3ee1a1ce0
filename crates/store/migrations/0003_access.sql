-- Who may see and do what: the tree of entities, what belongs to which, roles and who has them.

CREATE TABLE entity (
  id {word} NOT NULL PRIMARY KEY,
  parent {word} REFERENCES entity (id),
  name TEXT NOT NULL,
  -- What is set here and not inherited from the parent, as JSON.
  settings TEXT NOT NULL
){rowless};
INSERT INTO entity (id, parent, name, settings) VALUES ('root', NULL, 'The organisation', '{}');

ALTER TABLE item ADD COLUMN entity {word} NOT NULL DEFAULT 'root';
ALTER TABLE stream ADD COLUMN entity {word} NOT NULL DEFAULT 'root';
ALTER TABLE team ADD COLUMN entity {word} NOT NULL DEFAULT 'root';
ALTER TABLE person ADD COLUMN entity {word} NOT NULL DEFAULT 'root';
ALTER TABLE service ADD COLUMN entity {word} NOT NULL DEFAULT 'root';
ALTER TABLE deployment ADD COLUMN entity {word} NOT NULL DEFAULT 'root';
CREATE INDEX item_entity_touched ON item (entity, touched, id);
CREATE INDEX item_entity_created ON item (entity, created, id);
CREATE INDEX item_requester ON item (requester) WHERE requester IS NOT NULL;

CREATE TABLE role (
  id {word} NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  -- Ids of permissions, as a JSON list.
  permissions TEXT NOT NULL
){rowless};

-- `account` has role `role` as far as `scope` says: all, entity:ID (and below), team (one's own teams), own.
CREATE TABLE granted (
  account {id} NOT NULL,
  role {word} NOT NULL REFERENCES role (id),
  scope {word} NOT NULL,
  -- Where it came from: by hand, or a group of the sign-in provider.
  source {word} NOT NULL,
  PRIMARY KEY (account, role, scope, source)
){rowless};

-- One row: grows with every change that may change what somebody sees, so that what was worked out is known to be old.
CREATE TABLE policy (
  id {word} NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
){rowless};
INSERT INTO policy (id, version) VALUES ('policy', 1);
