-- Places: bookmarks and visited pages, format 1. Readable by stock SQLite 3.40 and later; times are UTC milliseconds.
-- application_id is 'MBpl'; a newer format raises user_version.
PRAGMA application_id = 1296199788;
PRAGMA user_version = 1;

CREATE TABLE bookmarks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL, -- empty for a snippet that belongs to no page
  title TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]', -- a JSON array of texts
  note TEXT NOT NULL DEFAULT '',
  keyword TEXT,
  metadata TEXT NOT NULL DEFAULT '{}', -- a JSON object
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  grams TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE UNIQUE INDEX bookmarks_by_url ON bookmarks (url) WHERE url <> '';
CREATE UNIQUE INDEX bookmarks_by_keyword ON bookmarks (keyword) WHERE keyword IS NOT NULL;

CREATE VIRTUAL TABLE bookmarks_fts USING fts5 (
  title, url, tags, note, keyword, grams,
  content = 'bookmarks', content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc' separators '︎️🏻🏼🏽🏾🏿'",
  prefix = '2 3'
);

CREATE TRIGGER bookmarks_insert_fts AFTER INSERT ON bookmarks BEGIN
  INSERT INTO bookmarks_fts (rowid, title, url, tags, note, keyword, grams)
  VALUES (new.id, new.title, new.url, new.tags, new.note, new.keyword, new.grams);
END;

CREATE TRIGGER bookmarks_update_fts AFTER UPDATE ON bookmarks BEGIN
  INSERT INTO bookmarks_fts (bookmarks_fts, rowid, title, url, tags, note, keyword, grams)
  VALUES ('delete', old.id, old.title, old.url, old.tags, old.note, old.keyword, old.grams);
  INSERT INTO bookmarks_fts (rowid, title, url, tags, note, keyword, grams)
  VALUES (new.id, new.title, new.url, new.tags, new.note, new.keyword, new.grams);
END;

CREATE TRIGGER bookmarks_delete_fts AFTER DELETE ON bookmarks BEGIN
  INSERT INTO bookmarks_fts (bookmarks_fts, rowid, title, url, tags, note, keyword, grams)
  VALUES ('delete', old.id, old.title, old.url, old.tags, old.note, old.keyword, old.grams);
END;

-- Visited pages: one row a page, one a visit. Their store is not written yet; the format has their place.
CREATE TABLE pages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL DEFAULT '',
  visit_count INTEGER NOT NULL DEFAULT 0,
  typed_count INTEGER NOT NULL DEFAULT 0,
  last_visit_at INTEGER,
  frecency INTEGER NOT NULL DEFAULT 0,
  text TEXT NOT NULL DEFAULT '', -- the readable text, where the user keeps it
  grams TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX pages_by_frecency ON pages (frecency);
CREATE INDEX pages_by_time ON pages (last_visit_at);

CREATE TABLE visits (
  id INTEGER PRIMARY KEY,
  page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
  visited_at INTEGER NOT NULL,
  typed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX visits_by_page ON visits (page_id, visited_at);
CREATE INDEX visits_by_time ON visits (visited_at);
