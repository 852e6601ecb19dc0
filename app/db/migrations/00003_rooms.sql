-- +goose Up

-- app/networks: people who gather around something
CREATE TABLE networks (
  id          @id,
  external_id TEXT UNIQUE,
  source_hash TEXT NOT NULL DEFAULT '',
  slug        TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  purpose     TEXT NOT NULL DEFAULT '', -- one sentence: what it is for
  about       TEXT NOT NULL DEFAULT '', -- Markdown
  about_html  TEXT NOT NULL DEFAULT '',
  renderer    INTEGER NOT NULL DEFAULT 0,
  access      TEXT NOT NULL,            -- open (join at once), closed (ask to join) or private (by invitation)
  audience    TEXT NOT NULL,            -- who may know of it: public, hub, or network:ID of a private one
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  closed_at   BIGINT                    -- its work is done; what was said stays
);
CREATE INDEX networks_name ON networks (LOWER(name), id);

-- app/networks
CREATE TABLE network_members (
  network_id BIGINT NOT NULL REFERENCES networks(id),
  person_id  BIGINT NOT NULL REFERENCES people(id),
  state      TEXT NOT NULL,            -- member, requested or invited
  role       TEXT NOT NULL DEFAULT '', -- steward, or '' for an ordinary member
  note       TEXT NOT NULL DEFAULT '', -- what somebody who asks to join, or invites, wrote
  by_id      BIGINT REFERENCES people(id), -- who invited or accepted them; NULL when they came by themselves
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (network_id, person_id)
);
CREATE INDEX network_members_person ON network_members (person_id, state, network_id, role);
CREATE INDEX network_members_state ON network_members (network_id, state, person_id);

-- app/networks: a network that has joined another
CREATE TABLE network_links (
  parent_id  BIGINT NOT NULL REFERENCES networks(id),
  child_id   BIGINT NOT NULL REFERENCES networks(id),
  state      TEXT NOT NULL, -- member, requested (by a steward of the child) or invited (by one of the parent)
  by_id      BIGINT REFERENCES people(id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (parent_id, child_id)
);
CREATE INDEX network_links_child ON network_links (child_id, state, parent_id);

-- app/threads: where a thread lives, and what a moderator did to it. The audience of a thread is never wider than that of its
-- network, and is network:ID in a closed or private one.
ALTER TABLE threads ADD COLUMN network_id BIGINT REFERENCES networks(id);
ALTER TABLE threads ADD COLUMN pinned_at BIGINT;                           -- shown first where it lives
ALTER TABLE threads ADD COLUMN moved_to BIGINT REFERENCES threads(id);     -- merged into that thread; deleted_at is set as well
CREATE INDEX threads_network ON threads (network_id, active_at, id, audience) WHERE deleted_at IS NULL AND network_id IS NOT NULL;
CREATE INDEX threads_posts ON threads (created_at, id, audience) WHERE deleted_at IS NULL AND kind = 'post';
CREATE INDEX threads_pinned ON threads (pinned_at) WHERE pinned_at IS NOT NULL;
ALTER TABLE drafts ADD COLUMN network_id BIGINT REFERENCES networks(id);

-- app/threads: addresses that things had before, here or on the site they came from
CREATE TABLE redirects (
  path        TEXT PRIMARY KEY, -- with its leading slash, and its query where that is part of the old address
  object_kind TEXT NOT NULL,    -- thread, reply, topic, person or blog
  object_id   BIGINT NOT NULL,
  created_at  BIGINT NOT NULL
);
CREATE INDEX redirects_object ON redirects (object_kind, object_id);

-- app/threads: files that belong to a thread; read by whoever may read it. Without a thread only who brought the file may.
CREATE TABLE attachments (
  id           @id,
  external_id  TEXT UNIQUE,
  thread_id    BIGINT REFERENCES threads(id),
  person_id    BIGINT NOT NULL REFERENCES people(id),
  file         TEXT NOT NULL, -- key in app/files
  name         TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size         BIGINT NOT NULL, -- bytes
  created_at   BIGINT NOT NULL
);
CREATE INDEX attachments_file ON attachments (file);
CREATE INDEX attachments_thread ON attachments (thread_id);

-- app/blogs: the posts of a person, unit or network, with an address and a feed
CREATE TABLE blogs (
  id          @id,
  external_id TEXT UNIQUE,
  source_hash TEXT NOT NULL DEFAULT '',
  slug        TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  owner_kind  TEXT NOT NULL, -- person, unit or network
  owner_id    BIGINT NOT NULL,
  audience    TEXT NOT NULL, -- the widest its posts may have: public, hub, org:ID or network:ID
  launch_at   BIGINT,        -- until then only its authors see it; NULL: it is not being prepared
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  UNIQUE (owner_kind, owner_id)
);

-- app/blogs: who may write in it besides those its owner stands for
CREATE TABLE blog_authors (
  blog_id    BIGINT NOT NULL REFERENCES blogs(id),
  person_id  BIGINT NOT NULL REFERENCES people(id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (blog_id, person_id)
);
CREATE INDEX blog_authors_person ON blog_authors (person_id);

-- app/blogs: posts that belong together, in order
CREATE TABLE series (
  id          @id,
  external_id TEXT UNIQUE,
  blog_id     BIGINT NOT NULL REFERENCES blogs(id),
  slug        TEXT NOT NULL,
  name        TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  created_at  BIGINT NOT NULL,
  UNIQUE (blog_id, slug)
);

-- app/blogs: what a thread of kind post has besides; the words are in threads
CREATE TABLE posts (
  thread_id    BIGINT PRIMARY KEY REFERENCES threads(id),
  blog_id      BIGINT NOT NULL REFERENCES blogs(id),
  slug         TEXT NOT NULL,
  summary      TEXT NOT NULL DEFAULT '',
  cover        TEXT NOT NULL DEFAULT '', -- key in app/files
  cover_alt    TEXT NOT NULL DEFAULT '',
  series_id    BIGINT REFERENCES series(id),
  words        INTEGER NOT NULL DEFAULT 0,
  published_at BIGINT NOT NULL,
  UNIQUE (blog_id, slug)
);
CREATE INDEX posts_blog ON posts (blog_id, published_at, thread_id);
CREATE INDEX posts_cover ON posts (cover) WHERE cover <> '';
CREATE INDEX posts_series ON posts (series_id, published_at, thread_id) WHERE series_id IS NOT NULL;

-- app/blogs: who wrote a post together with the author of its thread
CREATE TABLE post_authors (
  thread_id BIGINT NOT NULL REFERENCES threads(id),
  person_id BIGINT NOT NULL REFERENCES people(id),
  PRIMARY KEY (thread_id, person_id)
);
CREATE INDEX post_authors_person ON post_authors (person_id);

-- app/blogs: a post before it is published. It is no thread yet, so that no list, index or feed can let it slip out.
CREATE TABLE post_drafts (
  id          @id,
  external_id TEXT UNIQUE,
  source_hash TEXT NOT NULL DEFAULT '',
  blog_id     BIGINT NOT NULL REFERENCES blogs(id),
  author_id   BIGINT NOT NULL REFERENCES people(id),
  authors     TEXT NOT NULL DEFAULT '', -- handles of the others who wrote it, separated by spaces
  title       TEXT NOT NULL DEFAULT '',
  slug        TEXT NOT NULL DEFAULT '', -- '': made of the title
  summary     TEXT NOT NULL DEFAULT '',
  body        TEXT NOT NULL DEFAULT '',
  topics      TEXT NOT NULL DEFAULT '', -- as typed, comma separated
  audience    TEXT NOT NULL DEFAULT '',
  cover       TEXT NOT NULL DEFAULT '',
  cover_alt   TEXT NOT NULL DEFAULT '',
  series_id   BIGINT REFERENCES series(id),
  publish_at  BIGINT,                   -- scheduled; NULL: a draft
  problem     TEXT NOT NULL DEFAULT '', -- why it could not be published when its time came
  preview     TEXT UNIQUE,              -- SHA-256 of the secret in the link that shows it to anybody who has it
  revision    INTEGER NOT NULL DEFAULT 1,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL
);
CREATE INDEX post_drafts_blog ON post_drafts (blog_id, updated_at);
CREATE INDEX post_drafts_due ON post_drafts (publish_at) WHERE publish_at IS NOT NULL;

-- app/blogs: who gets its posts by e-mail
CREATE TABLE blog_readers (
  id           @id,
  blog_id      BIGINT NOT NULL REFERENCES blogs(id),
  person_id    BIGINT REFERENCES people(id), -- NULL: somebody without an account, who gets what is public
  email        TEXT NOT NULL,                -- lower case
  token        TEXT NOT NULL UNIQUE,         -- in the links that confirm and that end it
  created_at   BIGINT NOT NULL,
  confirmed_at BIGINT,                       -- NULL: has not followed the link in the first letter
  UNIQUE (blog_id, email)
);
CREATE INDEX blog_readers_person ON blog_readers (person_id) WHERE person_id IS NOT NULL;

-- app/blogs: letters that have gone out, so that nobody gets one twice
CREATE TABLE blog_letters (
  thread_id BIGINT NOT NULL REFERENCES threads(id),
  reader_id BIGINT NOT NULL REFERENCES blog_readers(id) ON DELETE CASCADE,
  sent_at   BIGINT NOT NULL,
  PRIMARY KEY (thread_id, reader_id)
);

-- app/people: the rest of a profile
ALTER TABLE people ADD COLUMN pronouns TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN languages TEXT NOT NULL DEFAULT '';        -- spoken, comma separated, as typed
ALTER TABLE people ADD COLUMN working_pattern TEXT NOT NULL DEFAULT '';  -- "Monday to Thursday, from home on Wednesdays"
ALTER TABLE people ADD COLUMN how_to_work TEXT NOT NULL DEFAULT '';      -- "How to work with me", Markdown
ALTER TABLE people ADD COLUMN how_to_work_html TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN privacy TEXT NOT NULL DEFAULT '';          -- who sees which field: "phone=org location=me"; a field not named: everyone signed in
ALTER TABLE people ADD COLUMN writes_in TEXT NOT NULL DEFAULT '';        -- language of what they write, BCP 47; '' for that of the hub
CREATE INDEX people_here ON people (sort_name, id) WHERE left_at IS NULL; -- the letters of the directory, counted
CREATE INDEX people_location ON people (location, privacy, id, organisation_id) WHERE left_at IS NULL AND location <> '';
CREATE INDEX people_photo ON people (photo) WHERE photo <> '';

-- app/people: "Ask me about"
CREATE TABLE person_topics (
  person_id BIGINT NOT NULL REFERENCES people(id),
  topic_id  BIGINT NOT NULL REFERENCES topics(id),
  position  INTEGER NOT NULL,
  PRIMARY KEY (person_id, topic_id)
);
CREATE INDEX person_topics_topic ON person_topics (topic_id, person_id);

-- app/topics: addresses of topics that were merged into others
CREATE TABLE topic_redirects (
  slug       TEXT PRIMARY KEY,
  topic_id   BIGINT NOT NULL REFERENCES topics(id),
  created_at BIGINT NOT NULL
);

-- app/site: the accessibility statement, the privacy notice and the cookie page, once an administrator has changed them
CREATE TABLE statements (
  slug       TEXT PRIMARY KEY,
  body       TEXT NOT NULL, -- Markdown
  body_html  TEXT NOT NULL,
  renderer   INTEGER NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by BIGINT REFERENCES people(id)
);
