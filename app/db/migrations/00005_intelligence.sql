-- +goose Up

-- app/threads: who looks after a thread that others rely on, and when they look at it again
ALTER TABLE threads ADD COLUMN reference BOOLEAN NOT NULL DEFAULT FALSE; -- a guide: what it says is meant to last
ALTER TABLE threads ADD COLUMN owner_id BIGINT REFERENCES people(id);    -- NULL: whoever wrote it
ALTER TABLE threads ADD COLUMN deputy_id BIGINT REFERENCES people(id);   -- when the owner is away or has left
ALTER TABLE threads ADD COLUMN check_at BIGINT;                          -- when it is due for review; NULL: by its age alone
ALTER TABLE threads ADD COLUMN check_every INTEGER;                      -- months from one check to the next; NULL where check_at is
CREATE INDEX threads_check ON threads (check_at, id) WHERE check_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX threads_owner ON threads (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX threads_deputy ON threads (deputy_id) WHERE deputy_id IS NOT NULL;

-- app/decisions: what a thread of kind decision has besides; the words are in threads, owner and deputy too
CREATE TABLE decisions (
  thread_id    BIGINT PRIMARY KEY REFERENCES threads(id),
  source_id    BIGINT REFERENCES threads(id),  -- the thread it was made from; NULL for none
  state        TEXT NOT NULL,                  -- proposed, agreed, review, superseded or withdrawn
  decided_by   BIGINT REFERENCES people(id),   -- NULL while it is proposed
  authority    TEXT NOT NULL DEFAULT '',       -- with what authority: "Cabinet", "delegated to heads of service"
  decided_at   BIGINT,                         -- NULL while it is proposed
  notice_days  INTEGER NOT NULL DEFAULT 0,     -- between being told of it and its taking effect
  effective_at BIGINT,                         -- NULL: at once
  review_at    BIGINT,                         -- when it is looked at again
  reviewed_at  BIGINT,                         -- the last time; NULL for never
  closes_at    BIGINT,                         -- of a proposal: until when people say what they think
  learnt       TEXT NOT NULL DEFAULT ''        -- what the last review found, in plain text
);
CREATE INDEX decisions_review ON decisions (review_at, thread_id) WHERE review_at IS NOT NULL;
CREATE INDEX decisions_source ON decisions (source_id) WHERE source_id IS NOT NULL;
CREATE INDEX decisions_closing ON decisions (closes_at) WHERE closes_at IS NOT NULL;

-- app/decisions
CREATE TABLE decision_options (
  thread_id BIGINT NOT NULL REFERENCES decisions(thread_id),
  position  INTEGER NOT NULL,
  said      TEXT NOT NULL,
  chosen    BOOLEAN NOT NULL,
  PRIMARY KEY (thread_id, position)
);

-- app/decisions: what it rests on
CREATE TABLE decision_evidence (
  thread_id BIGINT NOT NULL REFERENCES decisions(thread_id),
  position  INTEGER NOT NULL,
  kind      TEXT NOT NULL,                     -- data, research, experience, advice, consultation or law
  title     TEXT NOT NULL,
  url       TEXT NOT NULL DEFAULT '',          -- outside the hub, or the address of something in it
  item_id   BIGINT REFERENCES threads(id),     -- the thread in the hub that url means; NULL for none
  dated_at  BIGINT,                            -- of when it is; NULL where nobody said
  added_at  BIGINT NOT NULL,
  PRIMARY KEY (thread_id, position)
);
CREATE INDEX decision_evidence_item ON decision_evidence (item_id) WHERE item_id IS NOT NULL;

-- app/decisions: what was taken to be so, and what would show that it is not
CREATE TABLE decision_assumptions (
  thread_id BIGINT NOT NULL REFERENCES decisions(thread_id),
  position  INTEGER NOT NULL,
  said      TEXT NOT NULL,
  watch_for TEXT NOT NULL DEFAULT '',
  broken_at BIGINT,                            -- when somebody said that it does not hold any more
  PRIMARY KEY (thread_id, position)
);

-- app/decisions: what people think of a proposal, and dissent in its own words; one each, the last word counts
CREATE TABLE decision_stances (
  thread_id  BIGINT NOT NULL REFERENCES decisions(thread_id),
  person_id  BIGINT NOT NULL REFERENCES people(id),
  stance     TEXT NOT NULL,                    -- agree, abstain, disagree or block
  reason     TEXT NOT NULL DEFAULT '',         -- in their own words; asked of those who disagree or block
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (thread_id, person_id)
);

-- app/decisions: what happened to a decision, in order
CREATE TABLE decision_changes (
  id         @id,
  thread_id  BIGINT NOT NULL REFERENCES decisions(thread_id),
  at         BIGINT NOT NULL,
  by_id      BIGINT REFERENCES people(id),     -- NULL: the hub
  change     TEXT NOT NULL,                    -- proposed, agreed, amended, challenged, reviewed, superseded, reinstated or withdrawn
  reason     TEXT NOT NULL DEFAULT '',
  other_id   BIGINT REFERENCES threads(id)     -- the decision that took its place
);
CREATE INDEX decision_changes_thread ON decision_changes (thread_id, at, id);

-- app/signals: where signals come from, for a network or for everyone
CREATE TABLE signal_sources (
  id          @id,
  external_id TEXT UNIQUE,
  url         TEXT NOT NULL,
  host        TEXT NOT NULL,                   -- of url: one source of a host is fetched at a time
  title       TEXT NOT NULL,
  kind        TEXT NOT NULL,                   -- press, regulator, demography, local, national, peers, technology or policy
  network_id  BIGINT REFERENCES networks(id),  -- whose source it is; NULL: of everyone
  topic_id    BIGINT REFERENCES topics(id),    -- what its items are about, when that is always the same
  added_by    BIGINT REFERENCES people(id),
  etag        TEXT NOT NULL DEFAULT '',        -- what its server said, so that nothing is fetched twice
  modified    TEXT NOT NULL DEFAULT '',
  fetched_at  BIGINT,
  next_at     BIGINT,                          -- NULL: not fetched any more
  busy_until  BIGINT,                          -- a server fetches it; NULL or past: none does
  failures    INTEGER NOT NULL DEFAULT 0,      -- in a row
  last_error  TEXT NOT NULL DEFAULT '',
  created_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX signal_sources_url ON signal_sources (url, COALESCE(network_id, 0)); -- nobody learns what another network reads
CREATE INDEX signal_sources_due ON signal_sources (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX signal_sources_busy ON signal_sources (host) WHERE busy_until IS NOT NULL;

-- app/signals: what a source brought; it becomes a thread of kind signal once somebody clips it
CREATE TABLE signal_items (
  id           @id,
  source_id    BIGINT NOT NULL REFERENCES signal_sources(id),
  guid         TEXT NOT NULL,
  url          TEXT NOT NULL,
  url_key      TEXT NOT NULL,                  -- of the address without what does not matter: see signals.Key
  title        TEXT NOT NULL,
  title_key    TEXT NOT NULL,                  -- folded
  summary      TEXT NOT NULL DEFAULT '',       -- plain text
  published_at BIGINT NOT NULL,
  found_at     BIGINT NOT NULL,
  state        TEXT NOT NULL,                  -- new, clipped, dismissed, joined (told by another already) or old (nobody wanted it)
  joined_to    BIGINT REFERENCES signal_items(id),
  thread_id    BIGINT REFERENCES threads(id),  -- of a clipped one
  read_at      BIGINT,                         -- when somebody first opened it; not who
  triaged_at   BIGINT,
  UNIQUE (source_id, guid)
);
CREATE INDEX signal_items_state ON signal_items (state, published_at, id);
CREATE INDEX signal_items_url ON signal_items (url_key);
CREATE INDEX signal_items_title ON signal_items (title_key);
CREATE INDEX signal_items_joined ON signal_items (joined_to) WHERE joined_to IS NOT NULL;
CREATE INDEX signal_items_thread ON signal_items (thread_id) WHERE thread_id IS NOT NULL;

-- app/signals: what a thread of kind signal has besides
CREATE TABLE signals (
  thread_id    BIGINT PRIMARY KEY REFERENCES threads(id),
  url          TEXT NOT NULL,
  url_key      TEXT NOT NULL,
  kind         TEXT NOT NULL,                  -- as of signal_sources
  source       TEXT NOT NULL,                  -- name of the paper, body or site
  published_at BIGINT NOT NULL,
  read_at      BIGINT                          -- when somebody other than its author first opened it; not who
);
CREATE INDEX signals_url ON signals (url_key);
CREATE INDEX signals_kind ON signals (kind, published_at);

-- app/reflections: what somebody noticed, tried, learnt and would change; theirs alone until they share it as a thread
CREATE TABLE reflections (
  id          @id,
  external_id TEXT UNIQUE,
  source_hash TEXT NOT NULL DEFAULT '',
  kind        TEXT NOT NULL,                   -- weeknote or retrospective
  person_id   BIGINT NOT NULL REFERENCES people(id),
  title       TEXT NOT NULL,
  noticed     TEXT NOT NULL DEFAULT '',        -- Markdown, like the next three
  tried       TEXT NOT NULL DEFAULT '',
  learnt      TEXT NOT NULL DEFAULT '',
  change      TEXT NOT NULL DEFAULT '',        -- what they would change
  about_id    BIGINT REFERENCES threads(id),   -- the decision or thread it looks back at; NULL for none
  thread_id   BIGINT UNIQUE REFERENCES threads(id), -- the discussion it was shared as; NULL while it is private
  revision    INTEGER NOT NULL DEFAULT 1,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  shared_at   BIGINT
);
CREATE INDEX reflections_person ON reflections (person_id, updated_at);
CREATE INDEX reflections_about ON reflections (about_id) WHERE about_id IS NOT NULL;
CREATE INDEX reflections_shared ON reflections (shared_at, id) WHERE shared_at IS NOT NULL;

-- app/find: searches that fail again and again, gathered by what they mean, and whoever looks into it
CREATE TABLE gaps (
  id          @id,
  said        TEXT NOT NULL,                   -- the commonest way of asking
  owner_id    BIGINT REFERENCES people(id),
  note        TEXT NOT NULL DEFAULT '',        -- what the owner says about it
  answer_id   BIGINT REFERENCES threads(id),   -- what was written because of it
  opened_at   BIGINT NOT NULL,
  closed_at   BIGINT,                          -- NULL while it is open
  closed_why  TEXT NOT NULL DEFAULT ''         -- found (the same search succeeds), owner (by hand), or faded (nobody looks for it any more)
);
CREATE INDEX gaps_open ON gaps (closed_at, opened_at);
CREATE TABLE gap_words (
  words  TEXT PRIMARY KEY,                     -- of search_log
  gap_id BIGINT NOT NULL REFERENCES gaps(id) ON DELETE CASCADE
);
CREATE INDEX gap_words_gap ON gap_words (gap_id);
