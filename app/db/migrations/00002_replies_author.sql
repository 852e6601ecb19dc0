-- +goose Up
-- app/threads
-- Whose profile it is may have written thousands of replies. What is counted of them, and passed over in their list, is read
-- from this index alone: reading each row took 70 ms for 16,000 replies, this takes 20.
DROP INDEX replies_author;
CREATE INDEX replies_author ON replies (author_id, created_at, id, thread_id, parent_id, deleted_at);
