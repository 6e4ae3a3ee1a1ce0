-- Who signs in: accounts, sessions, tokens, and how often somebody tried.

CREATE TABLE account (
  id {id} NOT NULL PRIMARY KEY,
  name {word} NOT NULL UNIQUE,
  -- person or service
  sort {word} NOT NULL,
  person {id} REFERENCES person (id),
  -- Argon2id in PHC form; none where one signs in through the provider or with tokens only.
  password TEXT,
  -- Sealed; none where there is no second factor.
  totp TEXT,
  -- The last time step a code of was used: each is good once.
  totp_step BIGINT NOT NULL,
  -- SHA-256 of recovery codes that are left, as a JSON list.
  recovery TEXT NOT NULL,
  -- SHA-256 of the code with which the first password is chosen, and until when it is good.
  invitation {word},
  invited_until BIGINT,
  issuer {word},
  subject {word},
  active BOOLEAN NOT NULL,
  created BIGINT NOT NULL,
  UNIQUE (issuer, subject)
);

CREATE TABLE session (
  -- SHA-256 of the cookie's value.
  digest {word} NOT NULL PRIMARY KEY,
  account {id} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  ends BIGINT NOT NULL,
  about TEXT NOT NULL,
  address TEXT NOT NULL
){rowless};
CREATE INDEX session_account ON session (account);
CREATE INDEX session_ends ON session (ends);

CREATE TABLE token (
  id {id} NOT NULL PRIMARY KEY,
  -- SHA-256 of the token.
  digest {word} NOT NULL UNIQUE,
  account {id} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- Ids of permissions it is narrowed to, as a JSON list; empty: all the account has.
  scopes TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT,
  seen BIGINT
);
CREATE INDEX token_account ON token (account);

-- Tries to sign in that failed, by what they are counted for.
CREATE TABLE sign_in_try (
  id {serial},
  who {word} NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX sign_in_try_who ON sign_in_try (who, at);

-- What is set for the whole installation, by name: the first administrator's code, the sign-in provider.
CREATE TABLE setting (
  name {word} NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  changed_at BIGINT NOT NULL
){rowless};

-- A sign-in under way at the provider: any node may finish it.
CREATE TABLE sign_in_flow (
  -- SHA-256 of the state.
  state {word} NOT NULL PRIMARY KEY,
  nonce TEXT NOT NULL,
  verifier TEXT NOT NULL,
  next TEXT NOT NULL,
  -- Whether it is only tried out: then nobody is signed in.
  trial BOOLEAN NOT NULL,
  made BIGINT NOT NULL
){rowless};
