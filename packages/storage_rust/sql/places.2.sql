-- Format 1 to format 2: adds grams of each field, so that a field can be searched alone in unspaced scripts, too.
-- `grams` is a function of the program that migrates. The schema creates again what is dropped here.
DROP TRIGGER bookmarks_insert_fts;
DROP TRIGGER bookmarks_update_fts;
DROP TRIGGER bookmarks_delete_fts;
DROP TRIGGER pages_insert_fts;
DROP TRIGGER pages_before_update_fts;
DROP TRIGGER pages_after_update_fts;
DROP TRIGGER pages_delete_fts;
DROP TRIGGER page_texts_insert_fts;
DROP TRIGGER page_texts_delete_fts;
DROP TABLE bookmarks_fts;
DROP TABLE pages_fts;
DROP TABLE recall_fts;
DROP VIEW recall;

ALTER TABLE bookmarks DROP COLUMN grams;
ALTER TABLE bookmarks ADD COLUMN title_grams TEXT NOT NULL DEFAULT '';
ALTER TABLE bookmarks ADD COLUMN url_grams TEXT NOT NULL DEFAULT '';
ALTER TABLE bookmarks ADD COLUMN tags_grams TEXT NOT NULL DEFAULT '';
ALTER TABLE bookmarks ADD COLUMN note_grams TEXT NOT NULL DEFAULT '';
UPDATE bookmarks
SET title_grams = grams(title), url_grams = grams(url), tags_grams = grams(tags), note_grams = grams(note);

ALTER TABLE pages DROP COLUMN grams;
ALTER TABLE pages ADD COLUMN title_grams TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN url_grams TEXT NOT NULL DEFAULT '';
UPDATE pages SET title_grams = grams(title), url_grams = grams(url);
