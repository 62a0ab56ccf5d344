-- The statements of the history store, by name.

-- name: page_of
SELECT id, title FROM pages WHERE url = :url

-- name: add_page
INSERT INTO pages (url, host, title, last_visit_at, title_grams, url_grams)
VALUES (:url, :host, :title, :visited_at, :title_grams, :url_grams)

-- name: retitle
UPDATE pages SET title = :title, title_grams = :title_grams WHERE id = :id

-- name: add_visit
INSERT INTO visits (page_id, visited_at, typed) VALUES (:id, :visited_at, :typed)

-- name: visit_times
SELECT visited_at FROM visits WHERE page_id = :id

-- name: newest_visits
-- The visits that frecency samples, newest first, with their weights.
SELECT visited_at, CASE WHEN typed OR EXISTS (
  SELECT 1 FROM bookmarks WHERE bookmarks.url = pages.url AND bookmarks.url <> '') THEN 100 ELSE 50 END
FROM visits JOIN pages ON pages.id = page_id
WHERE page_id = :id
ORDER BY visited_at DESC, visits.id DESC LIMIT :sample

-- name: visit_count
SELECT count(*) FROM visits WHERE page_id = :id

-- name: score
UPDATE pages SET visit_count = :visit_count, last_visit_at = :visited_at, frecency = :frecency WHERE id = :id

-- name: drop_text
DELETE FROM page_texts WHERE page_id = :id

-- name: add_text
INSERT INTO page_texts (page_id, text, grams) VALUES (:id, :text, :grams)

-- name: text
SELECT text FROM page_texts JOIN pages ON pages.id = page_id WHERE url = :url

-- name: best
SELECT id, url, title, visit_count, last_visit_at, frecency FROM pages ORDER BY frecency DESC, id DESC LIMIT :limit

-- name: complete
-- Among the :bound most recently first visited matches.
WITH found AS MATERIALIZED (
  SELECT rowid AS id FROM pages_fts WHERE pages_fts MATCH :match ORDER BY rowid DESC LIMIT :bound
), best AS MATERIALIZED (
  SELECT ranked.id FROM found CROSS JOIN pages AS ranked INDEXED BY pages_frecency ON ranked.id = found.id
  ORDER BY ranked.frecency DESC, ranked.id DESC LIMIT :limit
)
SELECT p.id, p.url, p.title, p.visit_count, p.last_visit_at, p.frecency
FROM best JOIN pages AS p ON p.id = best.id
ORDER BY p.frecency DESC, p.id DESC

-- name: newest_page
SELECT coalesce(max(id), 0) FROM pages

-- name: ids
-- The first and the last id.
SELECT coalesce((SELECT min(id) FROM pages), 0), coalesce((SELECT max(id) FROM pages), 0)

-- name: frequency
-- The number of pages that match, counted from the oldest on and up to :bound, and the last of them.
SELECT count(*), coalesce(max(id), 0) FROM (
  SELECT rowid AS id FROM recall_fts WHERE recall_fts MATCH :match ORDER BY rowid LIMIT :bound)

-- name: visit
-- Passes the matches in a range of ids to :visitor, last added first; visit is a function of storage_rust.
SELECT visit(recall_fts, :visitor) FROM recall_fts
WHERE recall_fts MATCH :match AND rowid BETWEEN :first AND :last
  AND (:since IS NULL AND :until IS NULL OR EXISTS (
    SELECT 1 FROM visits
    WHERE page_id = recall_fts.rowid
      AND visited_at >= coalesce(:since, visited_at) AND (:until IS NULL OR visited_at < :until)))
ORDER BY rowid DESC

-- name: candidates
-- The matches in a range of ids, last added first.
SELECT rowid FROM recall_fts
WHERE recall_fts MATCH :match AND rowid BETWEEN :first AND :last
  AND (:since IS NULL AND :until IS NULL OR EXISTS (
    SELECT 1 FROM visits
    WHERE page_id = recall_fts.rowid
      AND visited_at >= coalesce(:since, visited_at) AND (:until IS NULL OR visited_at < :until)))
ORDER BY rowid DESC LIMIT :bound

-- name: rows_with
SELECT rowid FROM recall_fts WHERE recall_fts MATCH :match AND rowid BETWEEN :first AND :last

-- name: scores
-- The scores of the matches in a JSON array of ids. The plus keeps SQLite from running the search once for each id.
SELECT rowid, bm25(recall_fts, 4.0, 2.0, 1.0, 4.0, 2.0, 1.0) FROM recall_fts
WHERE recall_fts MATCH :match AND rowid BETWEEN :first AND :last
  AND +rowid IN (SELECT value FROM json_each(:ids))

-- name: page
SELECT p.id, p.url, p.title, p.visit_count, p.last_visit_at, p.frecency, coalesce(t.text, '')
FROM pages AS p LEFT JOIN page_texts AS t ON t.page_id = p.id
WHERE p.id = :id

-- name: search
-- Ranks the :bound most recently first visited matches that are not newer than :newest, and continues after the row
-- :last_id, whose score is computed again: scores change a little when pages are added, but the order hardly does.
WITH matches AS MATERIALIZED (
  SELECT rowid AS id, bm25(recall_fts, 4.0, 2.0, 1.0, 4.0, 2.0, 1.0) AS score
  FROM recall_fts
  WHERE recall_fts MATCH :match AND rowid <= :newest
    AND (:since IS NULL AND :until IS NULL OR EXISTS (
      SELECT 1 FROM visits
      WHERE page_id = recall_fts.rowid
        AND visited_at >= coalesce(:since, visited_at) AND (:until IS NULL OR visited_at < :until)))
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
SELECT p.id, p.url, p.title, p.visit_count, p.last_visit_at, p.frecency, coalesce(t.text, ''),
  page.score, (SELECT count(*) FROM matches)
FROM page JOIN pages AS p ON p.id = page.id LEFT JOIN page_texts AS t ON t.page_id = p.id
ORDER BY page.score, page.id DESC

-- name: search_without
-- For queries without required words: all pages, or all that do not match :without, last visited first.
SELECT p.id, p.url, p.title, p.visit_count, p.last_visit_at, p.frecency, coalesce(t.text, '')
FROM pages AS p LEFT JOIN page_texts AS t ON t.page_id = p.id
WHERE (p.last_visit_at, p.id) < (:visited_at, :id)
  AND (:without IS NULL OR p.id NOT IN (SELECT rowid FROM recall_fts WHERE recall_fts MATCH :without))
  AND (:since IS NULL AND :until IS NULL OR EXISTS (
    SELECT 1 FROM visits
    WHERE page_id = p.id
      AND visited_at >= coalesce(:since, visited_at) AND (:until IS NULL OR visited_at < :until)))
ORDER BY p.last_visit_at DESC, p.id DESC LIMIT :limit

-- name: find_visits
-- The pages with visits to delete.
SELECT DISTINCT p.id
FROM visits AS v JOIN pages AS p ON p.id = v.page_id
WHERE (:url IS NULL OR p.url = :url)
  AND (:domain IS NULL OR p.host = :domain OR substr(p.host, -1 - length(:domain)) = '.' || :domain)
  AND (:since IS NULL OR v.visited_at >= :since)
  AND (:until IS NULL OR v.visited_at < :until)

-- name: delete_visits
DELETE FROM visits
WHERE page_id = :id
  AND (:since IS NULL OR visited_at >= :since)
  AND (:until IS NULL OR visited_at < :until)

-- name: delete_page
DELETE FROM pages WHERE id = :id

-- name: count
SELECT count(*) FROM pages

-- name: count_visits
SELECT count(*) FROM visits

-- name: check_pages
INSERT INTO pages_fts (pages_fts, rank) VALUES ('integrity-check', 1)

-- name: check_recall
INSERT INTO recall_fts (recall_fts, rank) VALUES ('integrity-check', 1)

-- name: optimize_pages
INSERT INTO pages_fts (pages_fts) VALUES ('optimize')

-- name: optimize_recall
INSERT INTO recall_fts (recall_fts) VALUES ('optimize')
