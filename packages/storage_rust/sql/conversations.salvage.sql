-- Inserts rows recovered from a damaged file into a new one, whose triggers are dropped until the end. `grams` and
-- `url_grams` are functions of the program that recovers.

-- name: threads
INSERT OR IGNORE INTO threads (id, title, created_at, updated_at) VALUES (?1, ?2, ?3, ?4)

-- name: conversations
INSERT OR IGNORE INTO conversations (
  id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata,
  prompt_grams, response_grams, model_grams, tags_grams, url_grams)
VALUES (
  ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
  grams(?5), grams(?6), grams(?7), grams(?9), url_grams(coalesce(?8, '')))

-- name: import_fingerprints
INSERT OR IGNORE INTO import_fingerprints (fingerprint, conversation_id) VALUES (?1, ?2)

-- name: finish_threads
-- Threads whose own rows are lost.
INSERT INTO threads (id, title, created_at, updated_at)
SELECT thread_id, '', min(timestamp), max(timestamp) FROM conversations
WHERE thread_id NOT IN (SELECT id FROM threads) GROUP BY thread_id

-- name: finish_updates
UPDATE threads
SET updated_at = coalesce((SELECT max(timestamp) FROM conversations WHERE thread_id = threads.id), updated_at)

-- name: finish_parents
UPDATE conversations SET parent_id = NULL
WHERE parent_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM conversations AS parent
  WHERE parent.id = conversations.parent_id AND parent.thread_id = conversations.thread_id)

-- name: finish_tags
INSERT OR IGNORE INTO conversation_tags (conversation_id, tag)
SELECT c.id, tag.value FROM conversations AS c, json_each(c.tags) AS tag
WHERE c.tags <> '[]' AND json_valid(c.tags)

-- name: finish_fingerprints
-- Lost exchanges may be imported again.
DELETE FROM import_fingerprints
WHERE conversation_id IS NOT NULL AND conversation_id NOT IN (SELECT id FROM conversations)
