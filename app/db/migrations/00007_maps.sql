-- +goose Up

-- app/maps: what is published of each map for twelve whole months, made from everything else at any time: bands and groups, never a
-- person
CREATE TABLE maps (
  month   TEXT NOT NULL,    -- the last of the twelve, "2027-04"
  name    TEXT NOT NULL,    -- replies:0, groups, topics, knowledge, missing, missing:topic:42, …
  body    TEXT NOT NULL,    -- JSON
  made_at BIGINT NOT NULL,
  mark    BIGINT NOT NULL,  -- the last event there was
  PRIMARY KEY (month, name)
);
