-- Places: bookmarks and visited pages, format 3. Readable by stock SQLite 3.40 and later; times are UTC milliseconds.
-- application_id is 'MBpl'; a newer format has a higher user_version. A migration runs this file again for what it dropped.
PRAGMA application_id = 1296199788;
PRAGMA user_version = 3;

CREATE TABLE IF NOT EXISTS bookmarks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL, -- empty for a snippet that belongs to no page
  title TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]', -- a JSON array of texts
  note TEXT NOT NULL DEFAULT '',
  keyword TEXT,
  metadata TEXT NOT NULL DEFAULT '{}', -- a JSON object
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  title_grams TEXT NOT NULL DEFAULT '',
  url_grams TEXT NOT NULL DEFAULT '',
  tags_grams TEXT NOT NULL DEFAULT '',
  note_grams TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS bookmarks_by_url ON bookmarks (url) WHERE url <> '';
CREATE UNIQUE INDEX IF NOT EXISTS bookmarks_by_keyword ON bookmarks (keyword) WHERE keyword IS NOT NULL;

CREATE VIRTUAL TABLE IF NOT EXISTS bookmarks_fts USING fts5 (
  title, url, tags, note, keyword, title_grams, url_grams, tags_grams, note_grams,
  content="bookmarks", content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc' separators '︎️🏻🏼🏽🏾🏿'",
  prefix = '2 3'
);

CREATE TRIGGER IF NOT EXISTS bookmarks_insert_fts AFTER INSERT ON bookmarks BEGIN
  INSERT INTO bookmarks_fts (rowid, title, url, tags, note, keyword, title_grams, url_grams, tags_grams, note_grams)
  VALUES (
    new.id, new.title, new.url, new.tags, new.note, new.keyword,
    new.title_grams, new.url_grams, new.tags_grams, new.note_grams);
END;

CREATE TRIGGER IF NOT EXISTS bookmarks_update_fts AFTER UPDATE ON bookmarks BEGIN
  INSERT INTO bookmarks_fts (
    bookmarks_fts, rowid, title, url, tags, note, keyword, title_grams, url_grams, tags_grams, note_grams)
  VALUES (
    'delete', old.id, old.title, old.url, old.tags, old.note, old.keyword,
    old.title_grams, old.url_grams, old.tags_grams, old.note_grams);
  INSERT INTO bookmarks_fts (rowid, title, url, tags, note, keyword, title_grams, url_grams, tags_grams, note_grams)
  VALUES (
    new.id, new.title, new.url, new.tags, new.note, new.keyword,
    new.title_grams, new.url_grams, new.tags_grams, new.note_grams);
END;

CREATE TRIGGER IF NOT EXISTS bookmarks_delete_fts AFTER DELETE ON bookmarks BEGIN
  INSERT INTO bookmarks_fts (
    bookmarks_fts, rowid, title, url, tags, note, keyword, title_grams, url_grams, tags_grams, note_grams)
  VALUES (
    'delete', old.id, old.title, old.url, old.tags, old.note, old.keyword,
    old.title_grams, old.url_grams, old.tags_grams, old.note_grams);
END;

-- Visited pages: one row per page, one per visit, and the readable text of a page if the user stores it.
CREATE TABLE IF NOT EXISTS pages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL UNIQUE,
  host TEXT NOT NULL, -- in lower case, without user and port; empty where the URL names none
  title TEXT NOT NULL DEFAULT '',
  visit_count INTEGER NOT NULL DEFAULT 0,
  last_visit_at INTEGER NOT NULL,
  frecency INTEGER NOT NULL DEFAULT 0, -- the time at which its score will have decayed to 1
  title_grams TEXT NOT NULL DEFAULT '',
  url_grams TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX IF NOT EXISTS pages_by_frecency ON pages (frecency);
CREATE INDEX IF NOT EXISTS pages_frecency ON pages (id, frecency); -- for completion, which tests many pages and returns few
CREATE INDEX IF NOT EXISTS pages_by_time ON pages (last_visit_at);

CREATE TABLE IF NOT EXISTS visits (
  id INTEGER PRIMARY KEY,
  page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
  visited_at INTEGER NOT NULL,
  typed INTEGER NOT NULL DEFAULT 0 -- 1 where the address was typed or chosen, 0 where a link led there
) STRICT;

CREATE INDEX IF NOT EXISTS visits_by_page ON visits (page_id, visited_at);
CREATE INDEX IF NOT EXISTS visits_by_time ON visits (visited_at);

CREATE TABLE IF NOT EXISTS page_texts (
  page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  grams TEXT NOT NULL DEFAULT ''
) STRICT;

-- For completion in the address bar, which must not read the texts.
CREATE VIRTUAL TABLE IF NOT EXISTS pages_fts USING fts5 (
  title, url, title_grams, url_grams,
  content="pages", content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc' separators '︎️🏻🏼🏽🏾🏿'",
  prefix = '1 2 3'
);

CREATE VIEW IF NOT EXISTS recall AS
SELECT p.id, p.title, p.url, coalesce(t.text, '') AS text, p.title_grams, p.url_grams, coalesce(t.grams, '') AS text_grams
FROM pages AS p LEFT JOIN page_texts AS t ON t.page_id = p.id;

CREATE VIRTUAL TABLE IF NOT EXISTS recall_fts USING fts5 (
  title, url, text, title_grams, url_grams, text_grams,
  content="recall", content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc' separators '︎️🏻🏼🏽🏾🏿'",
  prefix = '2 3'
);

CREATE TRIGGER IF NOT EXISTS pages_insert_fts AFTER INSERT ON pages BEGIN
  INSERT INTO pages_fts (rowid, title, url, title_grams, url_grams) VALUES (new.id, new.title, new.url, new.title_grams, new.url_grams);
  INSERT INTO recall_fts (rowid, title, url, text, title_grams, url_grams, text_grams)
  VALUES (new.id, new.title, new.url, '', new.title_grams, new.url_grams, '');
END;

CREATE TRIGGER IF NOT EXISTS pages_before_update_fts BEFORE UPDATE OF title, url, title_grams, url_grams ON pages BEGIN
  INSERT INTO pages_fts (pages_fts, rowid, title, url, title_grams, url_grams) VALUES ('delete', old.id, old.title, old.url, old.title_grams, old.url_grams);
  INSERT INTO recall_fts (recall_fts, rowid, title, url, text, title_grams, url_grams, text_grams)
  SELECT 'delete', id, title, url, text, title_grams, url_grams, text_grams FROM recall WHERE id = old.id;
END;

CREATE TRIGGER IF NOT EXISTS pages_after_update_fts AFTER UPDATE OF title, url, title_grams, url_grams ON pages BEGIN
  INSERT INTO pages_fts (rowid, title, url, title_grams, url_grams) VALUES (new.id, new.title, new.url, new.title_grams, new.url_grams);
  INSERT INTO recall_fts (rowid, title, url, text, title_grams, url_grams, text_grams)
  SELECT id, title, url, text, title_grams, url_grams, text_grams FROM recall WHERE id = new.id;
END;

CREATE TRIGGER IF NOT EXISTS pages_delete_fts BEFORE DELETE ON pages BEGIN
  DELETE FROM page_texts WHERE page_id = old.id;
  INSERT INTO pages_fts (pages_fts, rowid, title, url, title_grams, url_grams) VALUES ('delete', old.id, old.title, old.url, old.title_grams, old.url_grams);
  INSERT INTO recall_fts (recall_fts, rowid, title, url, text, title_grams, url_grams, text_grams)
  VALUES ('delete', old.id, old.title, old.url, '', old.title_grams, old.url_grams, '');
END;

-- A text is inserted or deleted, never updated.
CREATE TRIGGER IF NOT EXISTS page_texts_insert_fts AFTER INSERT ON page_texts BEGIN
  INSERT INTO recall_fts (recall_fts, rowid, title, url, text, title_grams, url_grams, text_grams)
  SELECT 'delete', id, title, url, '', title_grams, url_grams, '' FROM pages WHERE id = new.page_id;
  INSERT INTO recall_fts (rowid, title, url, text, title_grams, url_grams, text_grams)
  SELECT id, title, url, new.text, title_grams, url_grams, new.grams FROM pages WHERE id = new.page_id;
END;

CREATE TRIGGER IF NOT EXISTS page_texts_delete_fts AFTER DELETE ON page_texts BEGIN
  INSERT INTO recall_fts (recall_fts, rowid, title, url, text, title_grams, url_grams, text_grams)
  SELECT 'delete', id, title, url, old.text, title_grams, url_grams, old.grams FROM pages WHERE id = old.page_id;
  INSERT INTO recall_fts (rowid, title, url, text, title_grams, url_grams, text_grams)
  SELECT id, title, url, '', title_grams, url_grams, '' FROM pages WHERE id = old.page_id;
END;

CREATE TRIGGER IF NOT EXISTS page_texts_update BEFORE UPDATE ON page_texts BEGIN
  SELECT raise(ABORT, 'replace the text by a delete and an insert');
END;
