-- +goose Up

-- app/symptoms: signs that something in the organisation is stuck, found in the open record. Whatever is in these tables but what
-- leaders say when they put a finding aside can be found again; so rows that lose what they are about go with it.
CREATE TABLE symptom_findings (
  id           @id,
  symptom      TEXT NOT NULL,             -- choke, denial, guesswork, meddling, muddle, panic, policy, repetition or tunnel
  variant      TEXT NOT NULL,             -- which of the ways in which this symptom shows
  key          TEXT NOT NULL,             -- what it is about, by which it is known again: "topic:12", "thread:40", "unit:3 thread:40"
  topic_id     BIGINT REFERENCES topics(id) ON DELETE CASCADE,
  unit_id      BIGINT REFERENCES units(id) ON DELETE CASCADE,
  least        INTEGER NOT NULL,          -- with fewer of its items it is no finding
  number       INTEGER NOT NULL,          -- what is counted depends on the variant; never people
  days         INTEGER NOT NULL,          -- as number
  said         TEXT NOT NULL DEFAULT '',  -- as number: the name of a source, or a kind of source
  since_at     BIGINT NOT NULL,           -- of its oldest item
  latest_at    BIGINT NOT NULL,           -- of its latest
  state        TEXT NOT NULL,             -- open, dismissed, or gone: found no more
  found_at     BIGINT NOT NULL,           -- when it was first found
  gone_at      BIGINT,                    -- since when it is found no more; NULL: the last look found it
  dismissed_at BIGINT,
  dismissed_by BIGINT REFERENCES people(id) ON DELETE SET NULL,
  reason       TEXT NOT NULL DEFAULT '',  -- why it was put aside
  UNIQUE (symptom, variant, key)
);
CREATE INDEX symptom_findings_state ON symptom_findings (state, symptom, latest_at, id);

-- app/symptoms: what a finding rests on
CREATE TABLE symptom_items (
  finding_id BIGINT NOT NULL REFERENCES symptom_findings(id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  thread_id  BIGINT REFERENCES threads(id) ON DELETE CASCADE,
  gap_id     BIGINT REFERENCES gaps(id) ON DELETE CASCADE,
  at         BIGINT NOT NULL,             -- when what makes it evidence happened
  PRIMARY KEY (finding_id, position)
);
CREATE INDEX symptom_items_thread ON symptom_items (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX symptom_items_gap ON symptom_items (gap_id) WHERE gap_id IS NOT NULL;

-- app/symptoms: when the record was looked through; one row
CREATE TABLE symptom_looks (
  id         INTEGER PRIMARY KEY,         -- 1
  first_at   BIGINT,                      -- NULL: the first look is under way
  looked_at  BIGINT,
  claimed_at BIGINT NOT NULL,             -- when some server last set out to look
  threads    INTEGER NOT NULL DEFAULT 0,  -- read in the last look
  decisions  INTEGER NOT NULL DEFAULT 0,
  signals    INTEGER NOT NULL DEFAULT 0
);
