-- +goose Up
-- Pseudo-types, filled in per database by package db: @id is a generated 64-bit primary key, @blob is bytes.
-- Times are Unix microseconds; an absent time is NULL. Text that may be empty is '' and never NULL, except where a UNIQUE
-- column means "none" (external_id). Each table is written by exactly one package, named in the comment above it.

-- app/people
CREATE TABLE organisations (
  id          @id,
  external_id TEXT UNIQUE,
  name        TEXT NOT NULL,
  slug        TEXT NOT NULL UNIQUE,
  home        BOOLEAN NOT NULL DEFAULT FALSE, -- the organisation that runs this hub; exactly one, the others are partners
  created_at  BIGINT NOT NULL
);

CREATE TABLE units (
  id              @id,
  external_id     TEXT UNIQUE,
  organisation_id BIGINT NOT NULL REFERENCES organisations(id),
  parent_id       BIGINT REFERENCES units(id),
  name            TEXT NOT NULL,
  created_at      BIGINT NOT NULL
);
CREATE INDEX units_organisation ON units (organisation_id, parent_id);

CREATE TABLE people (
  id              @id,
  external_id     TEXT UNIQUE,
  source_hash     TEXT NOT NULL DEFAULT '', -- of the imported record, so that importing it again changes nothing
  organisation_id BIGINT NOT NULL REFERENCES organisations(id),
  unit_id         BIGINT REFERENCES units(id),
  manager_id      BIGINT REFERENCES people(id),
  handle          TEXT NOT NULL UNIQUE,     -- in the address of the profile and in @mentions
  name            TEXT NOT NULL,
  sort_name       TEXT NOT NULL,            -- folded, family name first, for A to Z
  job_title       TEXT NOT NULL DEFAULT '',
  location        TEXT NOT NULL DEFAULT '',
  phone           TEXT NOT NULL DEFAULT '',
  email           TEXT NOT NULL DEFAULT '',
  about           TEXT NOT NULL DEFAULT '', -- Markdown
  about_html      TEXT NOT NULL DEFAULT '', -- rendered by app/markup
  renderer        INTEGER NOT NULL DEFAULT 0,
  photo           TEXT NOT NULL DEFAULT '', -- key in app/files
  left_at         BIGINT,                   -- no longer works here; what they wrote stays
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL
);
CREATE INDEX people_sort ON people (sort_name, id);
CREATE INDEX people_unit ON people (unit_id);
CREATE INDEX people_manager ON people (manager_id);
CREATE INDEX people_email ON people (email);

-- auth
CREATE TABLE accounts (
  id                @id,
  person_id         BIGINT NOT NULL UNIQUE REFERENCES people(id),
  email             TEXT NOT NULL UNIQUE,     -- lower case
  email_verified_at BIGINT,
  password_hash     TEXT NOT NULL DEFAULT '', -- argon2id in PHC form; '' means no local password
  roles             TEXT NOT NULL DEFAULT '', -- space separated: manager leader moderator admin
  session_epoch     BIGINT NOT NULL DEFAULT 0, -- sessions of another epoch are over; raising it signs out everywhere
  signed_in_at      BIGINT,                    -- the last time; NULL for somebody invited who never came
  disabled_at       BIGINT,
  created_at        BIGINT NOT NULL,
  updated_at        BIGINT NOT NULL
);

-- auth
CREATE TABLE identities (
  id           @id,
  account_id   BIGINT NOT NULL REFERENCES accounts(id),
  provider     TEXT NOT NULL,
  issuer       TEXT NOT NULL,
  subject      TEXT NOT NULL,
  email        TEXT NOT NULL DEFAULT '',
  created_at   BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  UNIQUE (issuer, subject)
);
CREATE INDEX identities_account ON identities (account_id);

-- auth: one-time links for verification, reset and invitation
CREATE TABLE account_links (
  hash       TEXT PRIMARY KEY, -- SHA-256 of the secret in the link
  account_id BIGINT NOT NULL REFERENCES accounts(id),
  purpose    TEXT NOT NULL,    -- verify, reset or invite
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT
);
CREATE INDEX account_links_account ON account_links (account_id);

-- auth
CREATE TABLE api_tokens (
  id           @id,
  hash         TEXT NOT NULL UNIQUE,
  account_id   BIGINT NOT NULL REFERENCES accounts(id),
  name         TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT,
  revoked_at   BIGINT
);
CREATE INDEX api_tokens_account ON api_tokens (account_id);

-- app/kv: sessions, pending sign-ins and other short-lived values when no Redis is configured
CREATE TABLE kv (
  key        TEXT PRIMARY KEY,
  owner      TEXT NOT NULL DEFAULT '', -- groups keys for "all of this person's sessions"
  value      @blob NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX kv_owner ON kv (owner) WHERE owner <> '';
CREATE INDEX kv_expires ON kv (expires_at);

-- app/event: the append-only log of what happened
CREATE TABLE events (
  id          @id,
  at          BIGINT NOT NULL,
  actor_id    BIGINT REFERENCES people(id), -- NULL: the hub itself, or a command
  verb        TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id   BIGINT NOT NULL,
  target_kind TEXT NOT NULL DEFAULT '',
  target_id   BIGINT NOT NULL DEFAULT 0,
  audience    TEXT NOT NULL DEFAULT '',
  data        TEXT NOT NULL DEFAULT ''      -- JSON, never secrets
);

-- app/event
CREATE TABLE consumers (
  name       TEXT PRIMARY KEY,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL
);

-- app/event: which events a consumer wants
CREATE TABLE consumer_verbs (
  consumer TEXT NOT NULL REFERENCES consumers(name) ON DELETE CASCADE,
  prefix   TEXT NOT NULL, -- of the verb; '' wants all
  PRIMARY KEY (consumer, prefix)
);

-- app/event: one row per event and consumer, gone once handled
CREATE TABLE outbox (
  id         @id,
  consumer   TEXT NOT NULL REFERENCES consumers(name) ON DELETE CASCADE,
  event_id   BIGINT NOT NULL REFERENCES events(id),
  run_at     BIGINT NOT NULL,          -- not before; a claimed row is pushed into the future
  attempts   INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  failed_at  BIGINT                    -- poison: waits for a person on the admin page
);
CREATE INDEX outbox_due ON outbox (consumer, run_at, id) WHERE failed_at IS NULL;
CREATE INDEX outbox_failed ON outbox (failed_at) WHERE failed_at IS NOT NULL;

-- app/topics
CREATE TABLE topics (
  id          @id,
  external_id TEXT UNIQUE,
  slug        TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  broader_id  BIGINT REFERENCES topics(id),
  created_at  BIGINT NOT NULL
);
CREATE TABLE topic_synonyms (
  topic_id BIGINT NOT NULL REFERENCES topics(id),
  name     TEXT NOT NULL,
  folded   TEXT NOT NULL UNIQUE, -- lower case, no accents, single spaces
  PRIMARY KEY (topic_id, folded)
);

-- app/threads
CREATE TABLE threads (
  id                @id,
  external_id       TEXT UNIQUE,
  source_hash       TEXT NOT NULL DEFAULT '',
  kind              TEXT NOT NULL,             -- question, discussion, post, signal or decision
  title             TEXT NOT NULL,
  body              TEXT NOT NULL,             -- Markdown
  body_html         TEXT NOT NULL,             -- rendered by app/markup
  excerpt           TEXT NOT NULL,             -- plain text for lists, at most 280 characters
  renderer          INTEGER NOT NULL,          -- version of markup that wrote body_html
  author_id         BIGINT NOT NULL REFERENCES people(id),
  audience          TEXT NOT NULL,             -- public, hub or org:ID
  created_at        BIGINT NOT NULL,
  active_at         BIGINT NOT NULL,           -- the last opening or reply
  edited_at         BIGINT,
  closed_at         BIGINT,
  deleted_at        BIGINT,
  revision          INTEGER NOT NULL DEFAULT 1,
  reply_count       INTEGER NOT NULL DEFAULT 0,
  vote_count        INTEGER NOT NULL DEFAULT 0, -- imported_votes plus rows of votes
  imported_votes    INTEGER NOT NULL DEFAULT 0, -- votes an importer counted but cannot attribute
  accepted_reply_id BIGINT
);
-- The audience stands last so that rows somebody may not read are passed over without leaving the index.
CREATE INDEX threads_active ON threads (active_at, id, audience) WHERE deleted_at IS NULL;
CREATE INDEX threads_unanswered ON threads (created_at, id, audience) WHERE deleted_at IS NULL AND kind = 'question' AND reply_count = 0;
CREATE INDEX threads_author ON threads (author_id, created_at);

-- app/threads
CREATE TABLE replies (
  id             @id,
  external_id    TEXT UNIQUE,
  source_hash    TEXT NOT NULL DEFAULT '',
  thread_id      BIGINT NOT NULL REFERENCES threads(id),
  parent_id      BIGINT REFERENCES replies(id), -- shown as "in reply to"
  author_id      BIGINT NOT NULL REFERENCES people(id),
  body           TEXT NOT NULL,
  body_html      TEXT NOT NULL,
  renderer       INTEGER NOT NULL,
  created_at     BIGINT NOT NULL,
  edited_at      BIGINT,
  deleted_at     BIGINT,                        -- a stub is shown in its place
  revision       INTEGER NOT NULL DEFAULT 1,
  vote_count     INTEGER NOT NULL DEFAULT 0,
  imported_votes INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX replies_thread ON replies (thread_id, created_at, id);
CREATE INDEX replies_author ON replies (author_id, created_at);

-- app/threads
CREATE TABLE thread_topics (
  thread_id BIGINT NOT NULL REFERENCES threads(id),
  topic_id  BIGINT NOT NULL REFERENCES topics(id),
  PRIMARY KEY (thread_id, topic_id)
);
CREATE INDEX thread_topics_topic ON thread_topics (topic_id, thread_id);

-- app/threads: "Useful"
CREATE TABLE votes (
  object_kind TEXT NOT NULL, -- thread or reply
  object_id   BIGINT NOT NULL,
  person_id   BIGINT NOT NULL REFERENCES people(id),
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (object_kind, object_id, person_id)
);

-- app/threads: what a thread or reply said before an edit
CREATE TABLE revisions (
  id          @id,
  object_kind TEXT NOT NULL,
  object_id   BIGINT NOT NULL,
  revision    INTEGER NOT NULL,
  title       TEXT NOT NULL DEFAULT '',
  body        TEXT NOT NULL,
  editor_id   BIGINT NOT NULL REFERENCES people(id),
  created_at  BIGINT NOT NULL,
  UNIQUE (object_kind, object_id, revision)
);

-- app/threads: who follows what (a thread, topic, person or unit)
CREATE TABLE watches (
  person_id   BIGINT NOT NULL REFERENCES people(id),
  object_kind TEXT NOT NULL,
  object_id   BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (person_id, object_kind, object_id)
);
CREATE INDEX watches_object ON watches (object_kind, object_id);

-- app/threads: unfinished writing, one per person and place
CREATE TABLE drafts (
  id         @id,
  person_id  BIGINT NOT NULL REFERENCES people(id),
  place      TEXT NOT NULL, -- new, thread:ID (a reply to it), edit:thread:ID or edit:reply:ID
  kind       TEXT NOT NULL DEFAULT '',
  title      TEXT NOT NULL DEFAULT '',
  body       TEXT NOT NULL DEFAULT '',
  topics     TEXT NOT NULL DEFAULT '', -- as typed, comma separated
  audience   TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL,
  UNIQUE (person_id, place)
);
