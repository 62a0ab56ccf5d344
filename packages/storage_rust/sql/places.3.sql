-- Format 2 to format 3: adds folded words, which only grams contain. `grams` and `url_grams` are functions of
-- the program that migrates. The schema creates again what is dropped here.
DROP TRIGGER IF EXISTS bookmarks_insert_fts;
DROP TRIGGER IF EXISTS bookmarks_update_fts;
DROP TRIGGER IF EXISTS bookmarks_delete_fts;
DROP TRIGGER IF EXISTS pages_insert_fts;
DROP TRIGGER IF EXISTS pages_before_update_fts;
DROP TRIGGER IF EXISTS pages_after_update_fts;
DROP TRIGGER IF EXISTS pages_delete_fts;
DROP TRIGGER IF EXISTS page_texts_insert_fts;
DROP TRIGGER IF EXISTS page_texts_delete_fts;
DROP TRIGGER IF EXISTS page_texts_update;
DROP TABLE IF EXISTS bookmarks_fts;
DROP TABLE IF EXISTS pages_fts;
DROP TABLE IF EXISTS recall_fts;

UPDATE bookmarks
SET title_grams = grams(title), url_grams = url_grams(url), tags_grams = grams(tags), note_grams = grams(note);
UPDATE pages SET title_grams = grams(title), url_grams = url_grams(url);
UPDATE page_texts SET grams = grams(text) WHERE grams <> grams(text);
