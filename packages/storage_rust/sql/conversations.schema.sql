-- Conversations, format 3. Readable by stock SQLite 3.40 and later; times are UTC milliseconds since 1970.
-- application_id is 'MBcv'; a newer format has a higher user_version. A migration runs this file again for what it dropped.
PRAGMA application_id = 1296196470;
PRAGMA user_version = 3;

CREATE TABLE IF NOT EXISTS threads (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL -- of its newest exchange
) STRICT;

CREATE INDEX IF NOT EXISTS threads_by_update ON threads (updated_at);

-- One row per exchange. A thread is a tree: two rows with one parent are branches.
CREATE TABLE IF NOT EXISTS conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order of arrival; never used twice
  thread_id INTEGER NOT NULL REFERENCES threads (id),
  parent_id INTEGER REFERENCES conversations (id),
  timestamp INTEGER NOT NULL,
  prompt TEXT NOT NULL,
  response TEXT NOT NULL,
  model TEXT NOT NULL,
  url TEXT,
  tags TEXT NOT NULL DEFAULT '[]', -- a JSON array of texts
  metadata TEXT NOT NULL DEFAULT '{}', -- a JSON object
  -- What the tokenizer cannot see, as words that it can: see "Grams" in the documentation of the format.
  prompt_grams TEXT NOT NULL DEFAULT '',
  response_grams TEXT NOT NULL DEFAULT '',
  model_grams TEXT NOT NULL DEFAULT '',
  tags_grams TEXT NOT NULL DEFAULT '',
  url_grams TEXT NOT NULL DEFAULT '',
  state INTEGER NOT NULL DEFAULT 0, -- 0: complete, 1: the answer is being written, 2: it was interrupted
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  cost REAL, -- US dollars
  duration REAL, -- seconds
  messages_text TEXT NOT NULL DEFAULT '', -- what is in its messages but neither in the prompt nor in the response
  messages_grams TEXT NOT NULL DEFAULT ''
) STRICT;

-- What reads return of an exchange. The rows of a load that has not finished are missing.
CREATE VIEW IF NOT EXISTS exchanges AS
SELECT id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata,
  state, prompt_tokens, completion_tokens, cost, duration
FROM conversations
WHERE NOT EXISTS (SELECT 1 FROM index_backlog WHERE hidden_rows IS NOT NULL) -- evaluated once for a statement
  OR NOT coalesce((
    SELECT hidden_rows IS NOT NULL AND last_id >= conversations.id FROM index_backlog
    WHERE first_id <= conversations.id ORDER BY first_id DESC LIMIT 1), 0);

-- The same for threads.
CREATE VIEW IF NOT EXISTS visible_threads AS
SELECT id, title, created_at, updated_at
FROM threads
WHERE NOT EXISTS (SELECT 1 FROM hidden_threads)
  OR NOT coalesce((
    SELECT last_id >= threads.id FROM hidden_threads
    WHERE first_id <= threads.id ORDER BY first_id DESC LIMIT 1), 0);

CREATE INDEX IF NOT EXISTS conversations_by_time ON conversations (timestamp);
CREATE INDEX IF NOT EXISTS conversations_by_thread ON conversations (thread_id, timestamp);
CREATE INDEX IF NOT EXISTS conversations_by_parent ON conversations (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS conversations_being_written ON conversations (id) WHERE state = 1;
CREATE INDEX IF NOT EXISTS conversations_by_url ON conversations (url) WHERE url IS NOT NULL;

CREATE TABLE IF NOT EXISTS conversation_tags (
  conversation_id INTEGER NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (conversation_id, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS conversation_tags_by_tag ON conversation_tags (tag, conversation_id);

-- The messages of an exchange as a provider exchanged them: a JSON array.
CREATE TABLE IF NOT EXISTS conversation_messages (
  conversation_id INTEGER PRIMARY KEY,
  messages TEXT NOT NULL
) STRICT;

-- Files that belong to exchanges, each content once.
CREATE TABLE IF NOT EXISTS attachments (
  sha256 BLOB PRIMARY KEY,
  size INTEGER NOT NULL, -- bytes
  data BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS conversation_attachments (
  conversation_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  sha256 BLOB NOT NULL REFERENCES attachments (sha256),
  PRIMARY KEY (conversation_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS conversation_attachments_by_content ON conversation_attachments (sha256);

-- The imported records, so that a second import of the same record adds nothing.
CREATE TABLE IF NOT EXISTS import_fingerprints (
  fingerprint BLOB PRIMARY KEY,
  conversation_id INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS import_fingerprints_by_conversation ON import_fingerprints (conversation_id);

-- Ranges of ids that are stored but not yet in the search index; empty except during a bulk load. Ranges of a load that
-- has not finished are hidden. If its process is gone, the next one deletes their rows.
CREATE TABLE IF NOT EXISTS index_backlog (
  first_id INTEGER PRIMARY KEY,
  last_id INTEGER NOT NULL,
  hidden_rows INTEGER -- how many rows are hidden in the range; NULL if reads return them
) STRICT;

-- Ranges of ids of the threads that such a load has started.
CREATE TABLE IF NOT EXISTS hidden_threads (
  first_id INTEGER PRIMARY KEY,
  last_id INTEGER NOT NULL,
  hidden_rows INTEGER NOT NULL
) STRICT;

-- Combining marks count as letters, because Indic words would be split otherwise. Variation selectors and skin tones are
-- separators, because they would be a part of the word after an emoji otherwise.
CREATE VIRTUAL TABLE IF NOT EXISTS conversations_fts USING fts5 (
  prompt, response, model, tags, url, prompt_grams, response_grams, model_grams, tags_grams, url_grams, messages_text, messages_grams,
  content="conversations", content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc' separators '︎️🏻🏼🏽🏾🏿'",
  prefix = '2 3'
);

-- Programs merge segments by the command 'merge' when no writer waits. A program that does not do this merges during a
-- write as soon as a level has 900 segments; FTS5 allows 2000 in total.
INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('automerge', 0);
INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('usermerge', 8);
INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('crisismerge', 900);
INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('hashsize', 67108864); -- bytes of one transaction

-- A hidden row changes no visible thread; the end of the load does.
CREATE TRIGGER IF NOT EXISTS conversations_insert AFTER INSERT ON conversations BEGIN
  UPDATE threads SET updated_at = max(updated_at, new.timestamp)
  WHERE id = new.thread_id AND (
    NOT EXISTS (SELECT 1 FROM index_backlog WHERE hidden_rows IS NOT NULL)
    OR EXISTS (SELECT 1 FROM exchanges WHERE id = new.id)
    OR NOT EXISTS (SELECT 1 FROM visible_threads WHERE id = new.thread_id));
END;

CREATE TRIGGER IF NOT EXISTS conversations_insert_tags AFTER INSERT ON conversations WHEN new.tags <> '[]' BEGIN
  INSERT OR IGNORE INTO conversation_tags (conversation_id, tag) SELECT new.id, value FROM json_each(new.tags);
END;

CREATE TRIGGER IF NOT EXISTS conversations_insert_fts AFTER INSERT ON conversations
WHEN NOT EXISTS (SELECT 1 FROM index_backlog WHERE new.id BETWEEN first_id AND last_id)
BEGIN
  INSERT INTO conversations_fts (
    rowid, prompt, response, model, tags, url, prompt_grams, response_grams, model_grams, tags_grams, url_grams, messages_text, messages_grams)
  VALUES (
    new.id, new.prompt, new.response, new.model, new.tags, new.url,
    new.prompt_grams, new.response_grams, new.model_grams, new.tags_grams, new.url_grams,
    new.messages_text, new.messages_grams);
END;

CREATE TRIGGER IF NOT EXISTS conversations_update_tags AFTER UPDATE OF tags ON conversations BEGIN
  DELETE FROM conversation_tags WHERE conversation_id = old.id;
  INSERT OR IGNORE INTO conversation_tags (conversation_id, tag) SELECT new.id, value FROM json_each(new.tags);
END;

CREATE TRIGGER IF NOT EXISTS conversations_update_fts
AFTER UPDATE OF
  prompt, response, model, tags, url, prompt_grams, response_grams, model_grams, tags_grams, url_grams, messages_text, messages_grams
ON conversations
WHEN NOT EXISTS (SELECT 1 FROM index_backlog WHERE new.id BETWEEN first_id AND last_id)
BEGIN
  INSERT INTO conversations_fts (
    conversations_fts, rowid,
    prompt, response, model, tags, url, prompt_grams, response_grams, model_grams, tags_grams, url_grams, messages_text, messages_grams)
  VALUES (
    'delete', old.id, old.prompt, old.response, old.model, old.tags, old.url,
    old.prompt_grams, old.response_grams, old.model_grams, old.tags_grams, old.url_grams,
    old.messages_text, old.messages_grams);
  INSERT INTO conversations_fts (
    rowid, prompt, response, model, tags, url, prompt_grams, response_grams, model_grams, tags_grams, url_grams, messages_text, messages_grams)
  VALUES (
    new.id, new.prompt, new.response, new.model, new.tags, new.url,
    new.prompt_grams, new.response_grams, new.model_grams, new.tags_grams, new.url_grams,
    new.messages_text, new.messages_grams);
END;

-- Children of a deleted exchange become children of its parent.
CREATE TRIGGER IF NOT EXISTS conversations_delete_parent BEFORE DELETE ON conversations BEGIN
  UPDATE conversations SET parent_id = old.parent_id WHERE parent_id = old.id;
END;

CREATE TRIGGER IF NOT EXISTS conversations_delete_fts AFTER DELETE ON conversations
WHEN NOT EXISTS (SELECT 1 FROM index_backlog WHERE old.id BETWEEN first_id AND last_id)
BEGIN
  INSERT INTO conversations_fts (
    conversations_fts, rowid,
    prompt, response, model, tags, url, prompt_grams, response_grams, model_grams, tags_grams, url_grams, messages_text, messages_grams)
  VALUES (
    'delete', old.id, old.prompt, old.response, old.model, old.tags, old.url,
    old.prompt_grams, old.response_grams, old.model_grams, old.tags_grams, old.url_grams,
    old.messages_text, old.messages_grams);
END;

-- A content goes with its last exchange.
CREATE TRIGGER IF NOT EXISTS conversation_attachments_delete AFTER DELETE ON conversation_attachments BEGIN
  DELETE FROM attachments
  WHERE sha256 = old.sha256 AND NOT EXISTS (SELECT 1 FROM conversation_attachments WHERE sha256 = old.sha256);
END;

CREATE TRIGGER IF NOT EXISTS conversations_delete AFTER DELETE ON conversations BEGIN
  DELETE FROM conversation_tags WHERE conversation_id = old.id;
  DELETE FROM conversation_messages WHERE conversation_id = old.id;
  DELETE FROM conversation_attachments WHERE conversation_id = old.id;
  UPDATE import_fingerprints SET conversation_id = NULL WHERE conversation_id = old.id;
END;

CREATE TRIGGER IF NOT EXISTS conversations_delete_thread AFTER DELETE ON conversations
WHEN NOT EXISTS (
  SELECT 1 FROM index_backlog WHERE hidden_rows IS NOT NULL AND old.id BETWEEN first_id AND last_id)
BEGIN
  UPDATE threads
  SET updated_at = (SELECT max(timestamp) FROM exchanges WHERE thread_id = old.thread_id)
  WHERE id = old.thread_id AND EXISTS (SELECT 1 FROM exchanges WHERE thread_id = old.thread_id);
  DELETE FROM threads
  WHERE id = old.thread_id AND NOT EXISTS (SELECT 1 FROM conversations WHERE thread_id = old.thread_id);
END;
