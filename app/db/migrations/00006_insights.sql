-- +goose Up

-- app/insights: the ledger. What each thread of the open record adds to the figures, read anew whenever something happens to it.
-- It names people by number, because they count where they are now; no page, export or view reads it. Figures are made of it.
CREATE TABLE insight_facts (
  thread_id BIGINT NOT NULL REFERENCES threads(id),
  family    TEXT NOT NULL,    -- what is counted: see app/insights/facts.go
  item_id   BIGINT NOT NULL,  -- which of the thread: a change of a decision, a topic; 0 where there is one alone
  person_id BIGINT NOT NULL REFERENCES people(id),
  month     TEXT NOT NULL,    -- '2027-03', in the time zone of the hub
  counted   INTEGER NOT NULL, -- how many; 0 for somebody who stands behind it beside whoever it is counted for
  marks     INTEGER NOT NULL, -- what is true of it: see app/insights/facts.go
  value     BIGINT,           -- seconds, where a median is taken
  other_id  BIGINT,           -- who answered first, or whose thread was replied to
  PRIMARY KEY (thread_id, family, item_id, person_id, month)
);
CREATE INDEX insight_facts_month ON insight_facts (month, family);

-- app/insights: how far the figures of a month are
CREATE TABLE insight_months (
  month   TEXT PRIMARY KEY,
  version BIGINT NOT NULL,    -- raised whenever something changes that its figures rest on
  settled BIGINT NOT NULL,    -- the version that its figures were made of
  k       INTEGER NOT NULL    -- how few people had no figure then
);

-- app/insights: the figures. What may not be shown is not kept here either: its numbers are 0.
CREATE TABLE insight_cells (
  unit_id BIGINT NOT NULL,    -- with the units beneath it; 0: the whole organisation
  month   TEXT NOT NULL,
  metric  TEXT NOT NULL,
  state   TEXT NOT NULL,      -- shown, few (fewer than k people stand behind it) or near (it would give away fewer than k elsewhere)
  value   BIGINT NOT NULL,    -- how many, how many seconds in the median, or the part of a share
  whole   BIGINT NOT NULL,    -- of how many
  PRIMARY KEY (unit_id, month, metric)
);
CREATE INDEX insight_cells_month ON insight_cells (month);

-- app/insights: threads of the open record about each topic
CREATE TABLE insight_topics (
  month    TEXT NOT NULL,
  topic_id BIGINT NOT NULL,
  threads  BIGINT NOT NULL,
  shown    BOOLEAN NOT NULL,  -- at least k people opened them, and the number gives away fewer nowhere else
  PRIMARY KEY (month, topic_id)
);

-- app/insights: searches, added up from search_log
CREATE TABLE insight_searches (
  month    TEXT NOT NULL,
  unit_id  BIGINT NOT NULL,   -- 0: of nobody's unit
  found    BOOLEAN NOT NULL,
  opened   BOOLEAN NOT NULL,
  searches BIGINT NOT NULL,
  PRIMARY KEY (month, unit_id, found, opened)
);

-- app/insights: who looked at figures, once for each page and day; kept for 13 months
CREATE TABLE insight_looks (
  person_id BIGINT NOT NULL REFERENCES people(id),
  page      TEXT NOT NULL,    -- its address, without what it was narrowed to
  day       TEXT NOT NULL,    -- '2027-03-04', in the time zone of the hub
  at        BIGINT NOT NULL,
  PRIMARY KEY (person_id, page, day)
);
CREATE INDEX insight_looks_at ON insight_looks (at, person_id, page);

-- For analysts who connect to read: docs/insights.md describes them. They hold sums alone, and only those that pages show.
CREATE VIEW insight_figures AS
SELECT c.month AS month, c.unit_id AS unit_id, COALESCE(u.name, 'Whole organisation') AS unit, c.metric AS metric, c.value AS value, c.whole AS whole
FROM insight_cells c
LEFT JOIN units u ON u.id = c.unit_id
WHERE c.state = 'shown';

CREATE VIEW insight_withheld AS
SELECT c.month AS month, c.unit_id AS unit_id, COALESCE(u.name, 'Whole organisation') AS unit, c.metric AS metric, c.state AS why
FROM insight_cells c
LEFT JOIN units u ON u.id = c.unit_id
WHERE c.state <> 'shown';

CREATE VIEW insight_topic_figures AS
SELECT h.month AS month, h.topic_id AS topic_id, t.name AS topic, h.threads AS threads
FROM insight_topics h
JOIN topics t ON t.id = h.topic_id
WHERE h.shown;
