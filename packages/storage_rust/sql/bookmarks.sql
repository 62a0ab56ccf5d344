-- The statements of the bookmark store, by name.

-- name: by_url
SELECT id FROM bookmarks WHERE url = :url AND url <> ''

-- name: url_of
SELECT url FROM bookmarks WHERE id = :id

-- name: by_keyword
SELECT id, title FROM bookmarks WHERE keyword = :keyword

-- name: add
INSERT INTO bookmarks (url, title, tags, note, keyword, created_at, updated_at, title_grams, url_grams, tags_grams, note_grams)
VALUES (:url, :title, :tags, :note, :keyword, :now, :now, :title_grams, :url_grams, :tags_grams, :note_grams)

-- name: replace
UPDATE bookmarks
SET title = :title, tags = :tags, note = :note, keyword = :keyword, updated_at = :now,
    title_grams = :title_grams, tags_grams = :tags_grams, note_grams = :note_grams
WHERE id = :id

-- name: remove
DELETE FROM bookmarks WHERE id = :id

-- name: search
SELECT b.id, b.url, b.title, b.tags, b.note, b.keyword, b.created_at
FROM bookmarks_fts JOIN bookmarks AS b ON b.id = bookmarks_fts.rowid
WHERE bookmarks_fts MATCH :match
  AND (:tag IS NULL OR EXISTS (SELECT 1 FROM json_each(b.tags) WHERE value = :tag))
ORDER BY bm25(bookmarks_fts, 4.0, 1.0, 2.0, 1.0, 2.0, 4.0, 1.0, 2.0, 1.0), b.id DESC LIMIT :limit

-- name: search_without
SELECT b.id, b.url, b.title, b.tags, b.note, b.keyword, b.created_at
FROM bookmarks AS b
WHERE (:without IS NULL OR b.id NOT IN (SELECT rowid FROM bookmarks_fts WHERE bookmarks_fts MATCH :without))
  AND (:tag IS NULL OR EXISTS (SELECT 1 FROM json_each(b.tags) WHERE value = :tag))
ORDER BY b.id DESC LIMIT :limit

-- name: count
SELECT count(*) FROM bookmarks

-- name: check_index
INSERT INTO bookmarks_fts (bookmarks_fts, rank) VALUES ('integrity-check', 1)

-- name: same
-- The bookmark that is equal to an imported one: by its URL, or by its text if it has no URL.
SELECT id, title, tags, note, keyword FROM bookmarks
WHERE url = :url AND (:url <> '' OR title = :title AND note = :note)

-- name: import
INSERT INTO bookmarks (url, title, tags, note, keyword, metadata, created_at, updated_at, title_grams, url_grams, tags_grams, note_grams)
VALUES (:url, :title, :tags, :note, :keyword, :metadata, :created_at, :updated_at, :title_grams, :url_grams, :tags_grams, :note_grams)

-- name: export
SELECT url, title, tags, note, keyword, created_at, updated_at FROM bookmarks ORDER BY id
