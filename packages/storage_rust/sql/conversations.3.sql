-- Format 2 to format 3: adds messages, attachments, usage and the state of an answer; and folded words, which only grams
-- contain; and hides the rows of unfinished loads. `grams` and `url_grams` are functions of the program that migrates. The
-- schema creates again what is dropped here.
DROP TRIGGER IF EXISTS conversations_insert;
DROP TRIGGER IF EXISTS conversations_insert_fts;
DROP TRIGGER IF EXISTS conversations_update_fts;
DROP TRIGGER IF EXISTS conversations_delete_fts;
DROP TRIGGER IF EXISTS conversations_delete;
DROP TABLE IF EXISTS conversations_fts;
DROP TABLE IF EXISTS index_backlog; -- the rebuilt index will have all rows
DROP VIEW IF EXISTS exchanges;

ALTER TABLE conversations ADD COLUMN state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN prompt_tokens INTEGER;
ALTER TABLE conversations ADD COLUMN completion_tokens INTEGER;
ALTER TABLE conversations ADD COLUMN cost REAL;
ALTER TABLE conversations ADD COLUMN duration REAL;
ALTER TABLE conversations ADD COLUMN messages_text TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN messages_grams TEXT NOT NULL DEFAULT '';

UPDATE conversations
SET prompt_grams = grams(prompt), response_grams = grams(response), model_grams = grams(model),
  tags_grams = grams(tags), url_grams = url_grams(coalesce(url, ''))
WHERE prompt_grams <> grams(prompt) OR response_grams <> grams(response) OR model_grams <> grams(model)
  OR tags_grams <> grams(tags) OR url_grams <> url_grams(coalesce(url, ''));
