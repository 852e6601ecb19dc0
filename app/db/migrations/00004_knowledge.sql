-- +goose Up

-- app/threads: is it still right? Whoever looks after a thread says so now and then; one that was overtaken says by which.
ALTER TABLE threads ADD COLUMN checked_at BIGINT;
ALTER TABLE threads ADD COLUMN checked_by BIGINT REFERENCES people(id);
ALTER TABLE threads ADD COLUMN superseded_by BIGINT REFERENCES threads(id);
CREATE INDEX threads_superseded ON threads (superseded_by) WHERE superseded_by IS NOT NULL;

-- app/find: the words in a file, so that an index can be built without opening every file again. Files never change: the key
-- is a digest of the content.
CREATE TABLE file_texts (
  file       TEXT PRIMARY KEY, -- key in app/files
  body       TEXT NOT NULL,    -- '' where nothing could be read
  created_at BIGINT NOT NULL
);

-- app/find: searches somebody keeps, and may be written to about
CREATE TABLE saved_searches (
  id         @id,
  person_id  BIGINT NOT NULL REFERENCES people(id),
  query      TEXT NOT NULL,            -- as typed, operators included
  kind       TEXT NOT NULL DEFAULT '', -- the tab of the page of results
  alert      TEXT NOT NULL DEFAULT '', -- '' never, daily or weekly
  seen_at    BIGINT NOT NULL,          -- what is newer has not been told yet
  run_at     BIGINT,                   -- when the next letter is due; NULL without one
  created_at BIGINT NOT NULL,
  UNIQUE (person_id, query, kind)
);
CREATE INDEX saved_searches_due ON saved_searches (run_at) WHERE run_at IS NOT NULL;

-- app/find: what moderators put first for certain words
CREATE TABLE best_bets (
  id          @id,
  object_kind TEXT NOT NULL, -- thread, person, topic or network
  object_id   BIGINT NOT NULL,
  note        TEXT NOT NULL DEFAULT '',
  expires_at  BIGINT,
  by_id       BIGINT REFERENCES people(id),
  created_at  BIGINT NOT NULL
);
CREATE TABLE best_bet_words (
  bet_id BIGINT NOT NULL REFERENCES best_bets(id) ON DELETE CASCADE,
  words  TEXT NOT NULL, -- as typed
  folded TEXT NOT NULL, -- as search.Fold says
  PRIMARY KEY (folded, bet_id)
);

-- app/find: what was looked for and how it went. No person; kept for 13 months.
CREATE TABLE search_log (
  id        @id,
  at        BIGINT NOT NULL,  -- to the hour
  words     TEXT NOT NULL,    -- as search.Fold says
  said      TEXT NOT NULL,    -- the same for people to read: as typed, in lower case
  hits      INTEGER NOT NULL,
  opened    BOOLEAN NOT NULL DEFAULT FALSE,
  unit_id   BIGINT REFERENCES units(id)
);
CREATE INDEX search_log_words ON search_log (words, at);
CREATE INDEX search_log_at ON search_log (at);

-- app/experts: what each thread shows of who knows about what; the ledger from which expertise is added up
CREATE TABLE contributions (
  thread_id   BIGINT NOT NULL REFERENCES threads(id),
  topic_id    BIGINT NOT NULL REFERENCES topics(id),
  person_id   BIGINT NOT NULL REFERENCES people(id),
  year        INTEGER NOT NULL,
  audience    TEXT NOT NULL,
  answers     INTEGER NOT NULL, -- replies to others' questions, accepted ones too
  accepted    INTEGER NOT NULL,
  posts       INTEGER NOT NULL,
  discussions INTEGER NOT NULL, -- discussions opened, and replies in those of others
  votes       INTEGER NOT NULL,
  last_at     BIGINT NOT NULL,
  PRIMARY KEY (thread_id, topic_id, person_id, year)
);
CREATE INDEX contributions_person ON contributions (person_id, topic_id, audience, year);

-- app/experts: topics of a person, people of a topic, for each audience, so that nobody is counted by what a reader may not read
CREATE TABLE expertise (
  person_id   BIGINT NOT NULL REFERENCES people(id),
  topic_id    BIGINT NOT NULL REFERENCES topics(id),
  audience    TEXT NOT NULL,
  year        INTEGER NOT NULL,
  answers     INTEGER NOT NULL,
  accepted    INTEGER NOT NULL,
  posts       INTEGER NOT NULL,
  discussions INTEGER NOT NULL,
  votes       INTEGER NOT NULL,
  last_at     BIGINT NOT NULL,
  PRIMARY KEY (person_id, topic_id, audience, year)
);
CREATE INDEX expertise_topic ON expertise (topic_id, audience, person_id);

-- app/experts: how somebody wants to be asked; no row means the defaults
CREATE TABLE expert_settings (
  person_id  BIGINT PRIMARY KEY REFERENCES people(id),
  suggested  BOOLEAN NOT NULL, -- FALSE: is never named as somebody who may know
  open       BOOLEAN NOT NULL, -- open to questions that are offered
  weekly_cap INTEGER NOT NULL, -- questions offered in seven days, at most
  days       TEXT NOT NULL,    -- on which questions are offered: "mon tue wed thu fri"
  updated_at BIGINT NOT NULL
);

-- app/experts: what somebody decided about one topic that the hub infers they know about
CREATE TABLE expert_topics (
  person_id  BIGINT NOT NULL REFERENCES people(id),
  topic_id   BIGINT NOT NULL REFERENCES topics(id),
  choice     TEXT NOT NULL, -- out: not to be suggested for it; declined: no label, but may be suggested
  created_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, topic_id)
);

-- app/experts: somebody vouches for somebody, for a reason, because of something they wrote
CREATE TABLE endorsements (
  id          @id,
  person_id   BIGINT NOT NULL REFERENCES people(id),
  topic_id    BIGINT NOT NULL REFERENCES topics(id),
  by_id       BIGINT NOT NULL REFERENCES people(id),
  reason      TEXT NOT NULL,
  object_kind TEXT NOT NULL, -- thread or reply
  object_id   BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (person_id, topic_id, by_id)
);
CREATE INDEX endorsements_topic ON endorsements (topic_id, person_id);
CREATE INDEX endorsements_object ON endorsements (object_kind, object_id);

-- app/routing: an open question on its way to people who may know
CREATE TABLE routings (
  thread_id  BIGINT PRIMARY KEY REFERENCES threads(id),
  step       INTEGER NOT NULL, -- how widely it has been offered: 0 not yet, 1 to three, 2 to six, 3 to everyone who may know
  state      TEXT NOT NULL,    -- open; paused by a reply; resting when nobody is left; stopped by the asker; done
  next_at    BIGINT,           -- when to look at it again; NULL unless it is open
  created_at BIGINT NOT NULL   -- since when people are looked for
);
CREATE INDEX routings_due ON routings (next_at) WHERE next_at IS NOT NULL;

-- app/routing: a question offered to somebody
CREATE TABLE offers (
  id          @id,
  thread_id   BIGINT NOT NULL REFERENCES threads(id),
  person_id   BIGINT NOT NULL REFERENCES people(id),
  by_id       BIGINT REFERENCES people(id), -- who asked or passed it on; NULL: the hub
  step        INTEGER NOT NULL,
  state       TEXT NOT NULL,                -- offered, accepted, answered, passed, declined or lapsed
  reason      TEXT NOT NULL DEFAULT '',     -- why it came to them, in words they may read
  note        TEXT NOT NULL DEFAULT '',     -- of whoever asked or passed it on
  choice      TEXT NOT NULL DEFAULT '',     -- why it was declined: subject, time or other
  created_at  BIGINT NOT NULL,
  answered_at BIGINT,                       -- when it became what it is; NULL while it is offered
  UNIQUE (thread_id, person_id)
);
CREATE INDEX offers_person ON offers (person_id, state, created_at);
CREATE INDEX offers_open ON offers (created_at) WHERE state IN ('offered', 'accepted');

-- app/people: the first few of a unit, and those somebody manages, in the order in which they stand on a profile, from the index alone
DROP INDEX people_unit;
DROP INDEX people_manager;
CREATE INDEX people_unit ON people (unit_id, sort_name, id, left_at, manager_id);
CREATE INDEX people_manager ON people (manager_id, sort_name, id, left_at);

-- app/threads: what somebody wrote, and whether a thread may be read, from an index alone. A row holds the whole text between the
-- columns that decide, so counting 100 answers of a person read as many pages.
DROP INDEX threads_author;
CREATE INDEX threads_author ON threads (author_id, created_at, id, kind, audience, deleted_at);
CREATE INDEX threads_readable ON threads (id, kind, audience, deleted_at);
