-- The statements of the conversation store, by name.

-- name: add
INSERT INTO conversations (
  thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata,
  prompt_grams, response_grams, model_grams, tags_grams, url_grams,
  state, prompt_tokens, completion_tokens, cost, duration, messages_text, messages_grams)
VALUES (
  :thread_id, :parent_id, :timestamp, :prompt, :response, :model, :url, :tags, :metadata,
  :prompt_grams, :response_grams, :model_grams, :tags_grams, :url_grams,
  :state, :prompt_tokens, :completion_tokens, :cost, :duration, :messages_text, :messages_grams)

-- name: add_thread
INSERT INTO threads (title, created_at, updated_at) VALUES (:title, :now, :now)

-- name: rename_thread
UPDATE threads SET title = :title
WHERE id = :thread_id AND EXISTS (SELECT 1 FROM visible_threads WHERE id = :thread_id)

-- name: date_thread
-- For the first exchange of a thread, which may be older than the thread.
UPDATE threads SET updated_at = :timestamp WHERE id = :thread_id

-- name: thread_exists
-- What a load has hidden exists for the load only.
SELECT 1 FROM threads
WHERE id = :thread_id AND (:in_load OR EXISTS (SELECT 1 FROM visible_threads WHERE id = :thread_id))

-- name: thread_of
SELECT thread_id FROM conversations WHERE id = :id AND (:in_load OR EXISTS (SELECT 1 FROM exchanges WHERE id = :id))

-- name: newest_in_thread
SELECT CASE WHEN :in_load
  THEN (SELECT max(id) FROM conversations WHERE thread_id = :thread_id)
  ELSE (SELECT max(id) FROM exchanges WHERE thread_id = :thread_id) END

-- name: get
SELECT * FROM exchanges WHERE id = :id

-- name: recent
SELECT * FROM exchanges
WHERE (timestamp, id) < (:timestamp, :id)
ORDER BY timestamp DESC, id DESC LIMIT :limit

-- name: recent_in_thread
SELECT * FROM exchanges
WHERE thread_id = :thread_id AND (timestamp, id) < (:timestamp, :id)
ORDER BY timestamp DESC, id DESC LIMIT :limit

-- name: thread
SELECT * FROM exchanges WHERE thread_id = :thread_id ORDER BY id

-- name: threads
SELECT t.id, t.title, t.created_at, t.updated_at, (SELECT count(*) FROM exchanges WHERE thread_id = t.id)
FROM visible_threads AS t
WHERE (t.updated_at, t.id) < (:updated_at, :id)
ORDER BY t.updated_at DESC, t.id DESC LIMIT :limit

-- name: after
SELECT * FROM exchanges WHERE id > :id ORDER BY id LIMIT :limit

-- name: update
UPDATE conversations
SET prompt = coalesce(:prompt, prompt), prompt_grams = coalesce(:prompt_grams, prompt_grams),
    response = coalesce(:response, response), response_grams = coalesce(:response_grams, response_grams),
    model = coalesce(:model, model), model_grams = coalesce(:model_grams, model_grams),
    url = coalesce(:url, url), url_grams = coalesce(:url_grams, url_grams),
    tags = coalesce(:tags, tags), tags_grams = coalesce(:tags_grams, tags_grams), metadata = coalesce(:metadata, metadata),
    messages_text = coalesce(:messages_text, messages_text),
    messages_grams = coalesce(:messages_grams, messages_grams),
    prompt_tokens = coalesce(:prompt_tokens, prompt_tokens),
    completion_tokens = coalesce(:completion_tokens, completion_tokens),
    cost = coalesce(:cost, cost), duration = coalesce(:duration, duration), state = coalesce(:state, state)
WHERE id = :id AND EXISTS (SELECT 1 FROM exchanges WHERE id = :id)

-- name: store_messages
INSERT INTO conversation_messages (conversation_id, messages) VALUES (:id, :messages)
ON CONFLICT (conversation_id) DO UPDATE SET messages = excluded.messages

-- name: messages
SELECT messages FROM conversation_messages WHERE conversation_id = :id

-- name: messages_text
SELECT messages_text FROM conversations WHERE id = :id AND messages_text <> ''

-- name: exists
SELECT 1 FROM exchanges WHERE id = :id

-- name: being_written
-- The answers that are being written, or were when their program ended.
SELECT id FROM exchanges WHERE state = 1

-- name: is_being_written
SELECT 1 FROM conversations WHERE id = :id AND state = 1

-- name: append_text
-- For a store in memory; others append to a file.
UPDATE conversations SET response = response || :text WHERE id = :id AND state = 1

-- name: store_content
INSERT INTO attachments (sha256, size, data) VALUES (:sha256, :size, :data) ON CONFLICT (sha256) DO NOTHING

-- name: attach
INSERT INTO conversation_attachments (conversation_id, name, mime, sha256) VALUES (:id, :name, :mime, :sha256)

-- name: detach
DELETE FROM conversation_attachments WHERE conversation_id = :id AND name = :name

-- name: attachment
SELECT data FROM attachments WHERE sha256 = :sha256

-- name: attachments
SELECT c.name, c.mime, a.size, lower(hex(c.sha256))
FROM conversation_attachments AS c JOIN attachments AS a ON a.sha256 = c.sha256
WHERE c.conversation_id = :id ORDER BY c.name

-- name: attached_contents
SELECT c.name, c.mime, a.data
FROM conversation_attachments AS c JOIN attachments AS a ON a.sha256 = c.sha256
WHERE c.conversation_id = :id ORDER BY c.name

-- name: delete
DELETE FROM conversations WHERE id = :id

-- name: newest_id
SELECT coalesce(max(id), 0) FROM conversations

-- name: count
SELECT (SELECT count(*) FROM conversations) - coalesce((SELECT sum(hidden_rows) FROM index_backlog), 0)

-- name: ids
-- The first and the last id.
SELECT coalesce((SELECT min(id) FROM conversations), 0), coalesce((SELECT max(id) FROM conversations), 0)

-- name: ids_in_thread
SELECT id FROM conversations
WHERE thread_id = :thread_id AND timestamp >= :since AND (:until IS NULL OR timestamp < :until)

-- name: ids_by_time
SELECT id FROM conversations WHERE timestamp >= :since AND (:until IS NULL OR timestamp < :until)

-- name: ids_by_tag
SELECT conversation_id FROM conversation_tags WHERE tag = :tag

-- name: ids_by_url
SELECT id FROM conversations WHERE url >= :url_first AND url < :url_last

-- name: visit
-- Passes the matches in a range of ids to :visitor, last inserted first; visit is a function of storage_rust.
SELECT visit(conversations_fts, :visitor) FROM conversations_fts
WHERE conversations_fts MATCH :match AND rowid BETWEEN :first AND :last
  AND (:model IS NULL OR EXISTS (SELECT 1 FROM conversations WHERE id = conversations_fts.rowid AND model = :model))
ORDER BY rowid DESC

-- name: frequency
-- The number of rows that match, counted from the oldest on and up to :bound, and the last of them.
SELECT count(*), coalesce(max(id), 0) FROM (
  SELECT rowid AS id FROM conversations_fts WHERE conversations_fts MATCH :match ORDER BY rowid LIMIT :bound)

-- name: candidates
-- The matches in a range of ids, last inserted first.
SELECT rowid FROM conversations_fts
WHERE conversations_fts MATCH :match AND rowid BETWEEN :first AND :last AND (NOT :filtered OR EXISTS (
  SELECT 1 FROM conversations AS c
  WHERE c.id = conversations_fts.rowid
    AND (:model IS NULL OR c.model = :model)
    AND (:thread_id IS NULL OR c.thread_id = :thread_id)
    AND (:since IS NULL OR c.timestamp >= :since)
    AND (:until IS NULL OR c.timestamp < :until)
    AND (:url_first IS NULL OR c.url >= :url_first AND c.url < :url_last)
    AND (:tag IS NULL OR EXISTS (SELECT 1 FROM conversation_tags WHERE conversation_id = c.id AND tag = :tag))))
ORDER BY rowid DESC LIMIT :bound

-- name: rows_with
SELECT rowid FROM conversations_fts WHERE conversations_fts MATCH :match AND rowid BETWEEN :first AND :last

-- name: scores
-- The scores of the matches in a JSON array of ids. The plus keeps SQLite from running the search once for each id.
SELECT rowid, bm25(conversations_fts, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0) FROM conversations_fts
WHERE conversations_fts MATCH :match AND rowid BETWEEN :first AND :last
  AND +rowid IN (SELECT value FROM json_each(:ids))

-- name: by_time
-- The rows of a JSON array of ids, newest first.
WITH page AS MATERIALIZED (
  SELECT id, timestamp FROM conversations WHERE id IN (SELECT value FROM json_each(:ids))
  ORDER BY timestamp DESC, id DESC LIMIT :limit
)
SELECT c.* FROM page JOIN exchanges AS c ON c.id = page.id
ORDER BY page.timestamp DESC, page.id DESC

-- name: search_relevance
-- Ranks the newest :bound matches that are not newer than :newest, and continues after the row :last_id, whose score is
-- computed again: scores change a little when rows are added, but the order hardly does.
WITH matches AS MATERIALIZED (
  SELECT rowid AS id, bm25(conversations_fts, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0) AS score
  FROM conversations_fts
  WHERE conversations_fts MATCH :match AND rowid <= :newest AND (NOT :filtered OR EXISTS (
    SELECT 1 FROM conversations AS c
    WHERE c.id = conversations_fts.rowid
      AND (:model IS NULL OR c.model = :model)
      AND (:thread_id IS NULL OR c.thread_id = :thread_id)
      AND (:since IS NULL OR c.timestamp >= :since)
      AND (:until IS NULL OR c.timestamp < :until)
      AND (:url_first IS NULL OR c.url >= :url_first AND c.url < :url_last)
      AND (:tag IS NULL OR EXISTS (SELECT 1 FROM conversation_tags WHERE conversation_id = c.id AND tag = :tag))))
  ORDER BY rowid DESC LIMIT :bound
), last AS MATERIALIZED (
  SELECT coalesce((SELECT score FROM matches WHERE id = :last_id), :last_score) AS score
), page AS MATERIALIZED (
  SELECT id, score FROM matches
  WHERE :last_id IS NULL
    OR score > (SELECT score FROM last)
    OR score = (SELECT score FROM last) AND id < :last_id
  ORDER BY score, id DESC LIMIT :limit
)
SELECT c.*, page.score, (SELECT count(*) FROM matches)
FROM page JOIN exchanges AS c ON c.id = page.id
ORDER BY page.score, page.id DESC

-- name: search_arrived
-- The last inserted matches among the rows from :first to :last.
WITH page AS MATERIALIZED (
  SELECT rowid AS id FROM conversations_fts
  WHERE conversations_fts MATCH :match AND rowid BETWEEN :first AND :last
  ORDER BY rowid DESC LIMIT :limit
)
SELECT c.* FROM page JOIN exchanges AS c ON c.id = page.id
ORDER BY c.timestamp DESC, c.id DESC

-- name: arrived_in_order
-- Whether no row from (:oldest, :oldest_id) to before (:timestamp, :id) has an id outside of :first to :last.
SELECT NOT EXISTS (
  SELECT 1 FROM (
    SELECT id FROM conversations
    WHERE (timestamp, id) >= (:oldest, :oldest_id) AND (timestamp, id) < (:timestamp, :id)
    ORDER BY timestamp DESC, id DESC LIMIT :last - :first + 2)
  WHERE id NOT BETWEEN :first AND :last)

-- name: search_recent
-- The matches among the newest :window rows before (:timestamp, :id).
WITH near AS MATERIALIZED (
  SELECT id, timestamp FROM conversations
  WHERE (timestamp, id) < (:timestamp, :id)
  ORDER BY timestamp DESC, id DESC LIMIT :window
), page AS MATERIALIZED (
  SELECT id, timestamp FROM near
  WHERE id IN (
      SELECT rowid FROM conversations_fts
      WHERE conversations_fts MATCH :match
        AND rowid BETWEEN (SELECT min(id) FROM near) AND (SELECT max(id) FROM near))
    AND (NOT :filtered OR EXISTS (
      SELECT 1 FROM conversations AS c
      WHERE c.id = near.id
        AND (:model IS NULL OR c.model = :model)
        AND (:thread_id IS NULL OR c.thread_id = :thread_id)
        AND (:since IS NULL OR c.timestamp >= :since)
        AND (:until IS NULL OR c.timestamp < :until)
        AND (:url_first IS NULL OR c.url >= :url_first AND c.url < :url_last)
        AND (:tag IS NULL OR EXISTS (SELECT 1 FROM conversation_tags WHERE conversation_id = c.id AND tag = :tag))))
  ORDER BY timestamp DESC, id DESC LIMIT :limit
)
SELECT c.* FROM page JOIN exchanges AS c ON c.id = page.id
ORDER BY page.timestamp DESC, page.id DESC

-- name: search_recent_end
-- The last row of the window of `search_recent`; none if the window reaches the oldest row.
SELECT timestamp, id FROM conversations
WHERE (timestamp, id) < (:timestamp, :id)
ORDER BY timestamp DESC, id DESC LIMIT 1 OFFSET :window - 1

-- name: search_count
SELECT count(*) FROM (
  SELECT 1 FROM conversations_fts WHERE conversations_fts MATCH :match LIMIT :bound)

-- name: search_recent_few
-- All matches, if they are few enough to be sorted.
WITH page AS MATERIALIZED (
  SELECT c.id, c.timestamp
  FROM conversations_fts JOIN conversations AS c ON c.id = conversations_fts.rowid
  WHERE conversations_fts MATCH :match AND (c.timestamp, c.id) < (:timestamp, :id)
    AND (:model IS NULL OR c.model = :model)
    AND (:thread_id IS NULL OR c.thread_id = :thread_id)
    AND (:since IS NULL OR c.timestamp >= :since)
    AND (:until IS NULL OR c.timestamp < :until)
    AND (:url_first IS NULL OR c.url >= :url_first AND c.url < :url_last)
    AND (:tag IS NULL OR EXISTS (SELECT 1 FROM conversation_tags WHERE conversation_id = c.id AND tag = :tag))
  ORDER BY c.timestamp DESC, c.id DESC LIMIT :limit
)
SELECT c.* FROM page JOIN exchanges AS c ON c.id = page.id
ORDER BY page.timestamp DESC, page.id DESC

-- name: search_without
-- For queries without required words: all rows, or all that do not match :without, newest first.
SELECT c.* FROM exchanges AS c
WHERE (c.timestamp, c.id) < (:timestamp, :id)
  AND (:without IS NULL OR c.id NOT IN (SELECT rowid FROM conversations_fts WHERE conversations_fts MATCH :without))
  AND (:model IS NULL OR c.model = :model)
  AND (:thread_id IS NULL OR c.thread_id = :thread_id)
  AND (:since IS NULL OR c.timestamp >= :since)
  AND (:until IS NULL OR c.timestamp < :until)
  AND (:url_first IS NULL OR c.url >= :url_first AND c.url < :url_last)
  AND (:tag IS NULL OR EXISTS (SELECT 1 FROM conversation_tags WHERE conversation_id = c.id AND tag = :tag))
ORDER BY c.timestamp DESC, c.id DESC LIMIT :limit

-- name: stats
SELECT
  (SELECT count(*) FROM conversations) - coalesce((SELECT sum(hidden_rows) FROM index_backlog), 0) AS conversations,
  (SELECT count(*) FROM threads) - coalesce((SELECT sum(hidden_rows) FROM hidden_threads), 0) AS threads,
  (SELECT min(coalesce(sum(last_id - first_id + 1), 0), (SELECT count(*) FROM conversations))
    FROM index_backlog WHERE hidden_rows IS NULL) AS not_indexed,
  (SELECT page_count FROM pragma_page_count()) AS pages,
  (SELECT page_size FROM pragma_page_size()) AS page_size

-- name: stats_by_model
SELECT model, count(*), count(DISTINCT thread_id), sum(length(CAST(prompt AS BLOB)) + length(CAST(response AS BLOB))),
  coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0), total(cost), total(duration)
FROM exchanges GROUP BY model ORDER BY count(*) DESC, model

-- name: stats_by_day
-- The days are those of UTC; the division rounds down before 1970, too.
SELECT coalesce(date((timestamp - (timestamp % 86400000 + 86400000) % 86400000) / 1000, 'unixepoch'), '') AS day,
  count(*), count(DISTINCT thread_id), sum(length(CAST(prompt AS BLOB)) + length(CAST(response AS BLOB))),
  coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0), total(cost), total(duration)
FROM exchanges GROUP BY day ORDER BY day

-- name: stats_by_address
-- For each URL and thread, which the program groups by host.
SELECT coalesce(url, ''), thread_id, count(*), sum(length(CAST(prompt AS BLOB)) + length(CAST(response AS BLOB))),
  coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0), total(cost), total(duration)
FROM exchanges GROUP BY url, thread_id

-- name: check_index
INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('integrity-check', 1)

-- name: purge
DELETE FROM conversations
WHERE (:before IS NULL OR timestamp < :before)
  AND (:keep_last IS NULL OR id NOT IN (
    SELECT id FROM exchanges ORDER BY timestamp DESC, id DESC LIMIT :keep_last))
  AND EXISTS (SELECT 1 FROM exchanges AS e WHERE e.id = conversations.id)

-- name: optimize_index
INSERT INTO conversations_fts (conversations_fts) VALUES ('optimize')

-- name: export
SELECT c.*, t.title, t.created_at
FROM exchanges AS c JOIN threads AS t ON t.id = c.thread_id
WHERE c.id >= :first ORDER BY c.id LIMIT :limit

-- name: ever_used
SELECT coalesce(max(seq), 0) > 0 FROM sqlite_sequence WHERE name IN ('threads', 'conversations')

-- name: add_with_id
INSERT INTO conversations (
  id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata,
  prompt_grams, response_grams, model_grams, tags_grams, url_grams,
  state, prompt_tokens, completion_tokens, cost, duration, messages_text, messages_grams)
VALUES (
  :id, :thread_id, :parent_id, :timestamp, :prompt, :response, :model, :url, :tags, :metadata,
  :prompt_grams, :response_grams, :model_grams, :tags_grams, :url_grams,
  :state, :prompt_tokens, :completion_tokens, :cost, :duration, :messages_text, :messages_grams)

-- name: add_thread_with_id
INSERT INTO threads (id, title, created_at, updated_at) VALUES (:id, :title, :created_at, :updated_at)

-- name: imported
-- The row that was imported from a record: no result for a new record, NULL if the row was deleted since.
SELECT c.id, c.thread_id
FROM import_fingerprints AS f LEFT JOIN conversations AS c ON c.id = f.conversation_id
WHERE f.fingerprint = :fingerprint

-- name: remember
INSERT INTO import_fingerprints (fingerprint, conversation_id) VALUES (:fingerprint, :id)
ON CONFLICT (fingerprint) DO UPDATE SET conversation_id = excluded.conversation_id

-- name: same
SELECT thread_id FROM conversations
WHERE id = :id AND timestamp = :timestamp AND prompt = :prompt AND response = :response AND model = :model

-- name: stored_at
-- The rows with a timestamp, to compare their contents.
SELECT id, timestamp, prompt, response, model, thread_id FROM conversations WHERE timestamp = :timestamp ORDER BY id

-- name: content
SELECT timestamp, prompt, response, model FROM exchanges WHERE id = :id

-- name: deletions
-- The fingerprints of deleted exchanges that a merge understands.
SELECT fingerprint FROM import_fingerprints WHERE conversation_id IS NULL AND length(fingerprint) = 24

-- name: title_thread
UPDATE threads SET title = :title WHERE id = :thread_id AND title = ''

-- name: backlog_first
-- The next id.
SELECT coalesce((SELECT min(seq, 9223372036854775806) + 1 FROM sqlite_sequence WHERE name = 'conversations'), -9223372036854775808)

-- name: backlog_begin
INSERT INTO index_backlog (first_id, last_id) VALUES (:first, 9223372036854775807)

-- name: backlog_end
UPDATE index_backlog
SET first_id = coalesce((SELECT min(id) FROM conversations WHERE id >= :first), 0),
    last_id = coalesce((SELECT max(id) FROM conversations WHERE id >= :first), 0)
WHERE first_id = :first

-- name: backlog_next
SELECT first_id, last_id FROM index_backlog WHERE hidden_rows IS NULL ORDER BY first_id LIMIT 1

-- name: backlog_chunk
SELECT max(id) FROM (SELECT id FROM conversations WHERE id BETWEEN :first AND :last ORDER BY id LIMIT :limit)

-- name: index_rows
INSERT INTO conversations_fts (
  rowid, prompt, response, model, tags, url, prompt_grams, response_grams, model_grams, tags_grams, url_grams,
  messages_text, messages_grams)
SELECT id, prompt, response, model, tags, url, prompt_grams, response_grams, model_grams, tags_grams, url_grams,
  messages_text, messages_grams
FROM conversations WHERE id BETWEEN :first AND :last

-- name: backlog_shrink
UPDATE index_backlog SET first_id = :rest WHERE first_id = :first

-- name: backlog_done
DELETE FROM index_backlog WHERE first_id = :first

-- name: hidden
-- Whether a load has not finished.
SELECT 1 FROM index_backlog WHERE hidden_rows IS NOT NULL UNION ALL SELECT 1 FROM hidden_threads LIMIT 1

-- name: next_ids
-- The next ids of an exchange and of a thread.
SELECT
  coalesce((SELECT min(seq, 9223372036854775806) FROM sqlite_sequence WHERE name = 'conversations'), 0) + 1,
  coalesce((SELECT min(seq, 9223372036854775806) FROM sqlite_sequence WHERE name = 'threads'), 0) + 1

-- name: continue_hidden_rows
-- Extends the last range of a load, if nothing else was stored since.
UPDATE index_backlog SET last_id = 9223372036854775807 WHERE hidden_rows IS NOT NULL AND last_id = :next - 1

-- name: begin_hidden_rows
INSERT INTO index_backlog (first_id, last_id, hidden_rows) VALUES (:next, 9223372036854775807, 0)

-- name: end_hidden_rows
UPDATE index_backlog
SET last_id = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'conversations'), 0), hidden_rows = hidden_rows + :added
WHERE hidden_rows IS NOT NULL AND last_id = 9223372036854775807

-- name: drop_empty_hidden_rows
DELETE FROM index_backlog WHERE hidden_rows IS NOT NULL AND last_id < first_id

-- name: continue_hidden_threads
UPDATE hidden_threads SET last_id = 9223372036854775807 WHERE last_id = :next - 1

-- name: begin_hidden_threads
INSERT INTO hidden_threads (first_id, last_id, hidden_rows) VALUES (:next, 9223372036854775807, 0)

-- name: end_hidden_threads
UPDATE hidden_threads
SET last_id = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'threads'), 0), hidden_rows = hidden_rows + :added
WHERE last_id = 9223372036854775807

-- name: drop_empty_hidden_threads
DELETE FROM hidden_threads WHERE last_id < first_id

-- name: row_exists
SELECT 1 FROM conversations WHERE id = :id

-- name: any_thread_exists
SELECT 1 FROM threads WHERE id = :id

-- name: is_hidden_row
SELECT 1 FROM index_backlog WHERE hidden_rows IS NOT NULL AND :id BETWEEN first_id AND last_id

-- name: is_hidden_thread
SELECT 1 FROM hidden_threads WHERE :id BETWEEN first_id AND last_id

-- name: show_rows
UPDATE index_backlog SET hidden_rows = NULL WHERE hidden_rows IS NOT NULL

-- name: show_threads
DELETE FROM hidden_threads

-- name: date_continued_thread
UPDATE threads SET updated_at = (SELECT max(timestamp) FROM conversations WHERE thread_id = :thread_id)
WHERE id = :thread_id

-- name: last_hidden_rows
SELECT first_id, last_id FROM index_backlog WHERE hidden_rows IS NOT NULL ORDER BY first_id DESC LIMIT 1

-- name: last_hidden_threads
SELECT first_id, last_id FROM hidden_threads ORDER BY first_id DESC LIMIT 1

-- name: undo_chunk_of_rows
-- The first of the last rows in a range.
SELECT min(id) FROM (SELECT id FROM conversations WHERE id BETWEEN :first AND :last ORDER BY id DESC LIMIT :limit)

-- name: undo_chunk_of_threads
SELECT min(id) FROM (SELECT id FROM threads WHERE id BETWEEN :first AND :last ORDER BY id DESC LIMIT :limit)

-- name: undo_fingerprints
DELETE FROM import_fingerprints WHERE conversation_id BETWEEN :first AND :last

-- name: undo_rows
DELETE FROM conversations WHERE id BETWEEN :first AND :last

-- name: undo_threads
DELETE FROM threads WHERE id BETWEEN :first AND :last

-- name: shorten_hidden_rows
UPDATE index_backlog SET last_id = :last, hidden_rows = max(hidden_rows - :deleted, 0) WHERE first_id = :first

-- name: shorten_hidden_threads
UPDATE hidden_threads SET last_id = :last, hidden_rows = max(hidden_rows - :deleted, 0) WHERE first_id = :first

-- name: return_ids
-- Gives ids back that no read has returned, if they are the last.
UPDATE sqlite_sequence SET seq = :seq WHERE name = :table AND seq = :last
