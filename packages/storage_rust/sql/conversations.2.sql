-- Format 1 to format 2: adds grams of models, tags and URLs, so that parts of their words are found in unspaced scripts.
-- `grams` is a function of the program that migrates. The schema creates again what is dropped here.
DROP TRIGGER conversations_insert_fts;
DROP TRIGGER conversations_update_fts;
DROP TRIGGER conversations_delete_fts;
DROP TABLE conversations_fts;
DELETE FROM index_backlog; -- the rebuilt index will have all rows

ALTER TABLE conversations ADD COLUMN model_grams TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN tags_grams TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN url_grams TEXT NOT NULL DEFAULT '';

UPDATE conversations SET model_grams = grams(model), tags_grams = grams(tags), url_grams = grams(coalesce(url, ''))
WHERE grams(model) <> '' OR tags <> '[]' OR url IS NOT NULL;
