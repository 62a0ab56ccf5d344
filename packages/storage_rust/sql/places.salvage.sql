-- Inserts rows recovered from a damaged file into a new one, whose triggers are dropped until the end. `grams` and
-- `url_grams` are functions of the program that recovers.

-- name: bookmarks
INSERT OR IGNORE INTO bookmarks (
  id, url, title, tags, note, keyword, metadata, created_at, updated_at,
  title_grams, url_grams, tags_grams, note_grams)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, grams(?3), url_grams(?2), grams(?4), grams(?5))

-- name: pages
INSERT OR IGNORE INTO pages (
  id, url, host, title, visit_count, last_visit_at, frecency, title_grams, url_grams)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, grams(?4), url_grams(?2))

-- name: visits
INSERT OR IGNORE INTO visits (id, page_id, visited_at, typed) VALUES (?1, ?2, ?3, ?4)

-- name: page_texts
INSERT OR IGNORE INTO page_texts (page_id, text, grams) VALUES (?1, ?2, grams(?2))

-- name: finish_visits
DELETE FROM visits WHERE page_id NOT IN (SELECT id FROM pages)

-- name: finish_texts
DELETE FROM page_texts WHERE page_id NOT IN (SELECT id FROM pages)
