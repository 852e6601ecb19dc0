-- +goose Up

-- app/briefs: who gets a brief by e-mail once its week or month is over
CREATE TABLE brief_readers (
  id         @id,
  person_id  BIGINT NOT NULL REFERENCES people(id),
  scope_kind TEXT NOT NULL,        -- organisation, unit or network
  scope_id   BIGINT NOT NULL,      -- of the unit or network; 0 for the organisation that runs the hub
  weekly     BOOLEAN NOT NULL,     -- each week, otherwise each month
  token      TEXT NOT NULL UNIQUE, -- in the link that ends it
  run_at     BIGINT NOT NULL,      -- when the next one is due
  created_at BIGINT NOT NULL,
  UNIQUE (person_id, scope_kind, scope_id, weekly)
);
CREATE INDEX brief_readers_due ON brief_readers (run_at);

-- app/threads: what was opened, and replied, in a week or a month, as far as may be from the index alone: a row holds the whole text
-- between the columns that decide
CREATE INDEX threads_created ON threads (created_at, id, audience, superseded_by, author_id) WHERE deleted_at IS NULL;
CREATE INDEX replies_created ON replies (created_at, thread_id, author_id) WHERE deleted_at IS NULL;
