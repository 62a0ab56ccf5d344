-- Format 1 to format 2: grams of models, tags and URLs, so that parts of their words are found in unspaced scripts.
-- `grams` is a function of the program that migrates. What is dropped here the schema makes anew.
DROP TRIGGER conversations_insert_fts;
DROP TRIGGER conversations_update_fts;
DROP TRIGGER conversations_delete_fts;
DROP TABLE conversations_fts;
DELETE FROM index_backlog; -- the index that is made anew holds everything

ALTER TABLE conversations ADD COLUMN model_grams TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN tags_grams TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN url_grams TEXT NOT NULL DEFAULT '';

UPDATE conversations SET model_grams = grams(model), tags_grams = grams(tags), url_grams = grams(coalesce(url, ''))
WHERE grams(model) <> '' OR tags <> '[]' OR url IS NOT NULL;
