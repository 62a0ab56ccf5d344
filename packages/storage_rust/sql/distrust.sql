-- What shows whether this SQLite lets triggers write to full-text tables when it does not trust schemas.

-- name: distrust
PRAGMA trusted_schema = OFF

-- name: table
CREATE TABLE texts (text)

-- name: index
CREATE VIRTUAL TABLE texts_fts USING fts5 (text)

-- name: trigger
CREATE TRIGGER texts_insert AFTER INSERT ON texts BEGIN INSERT INTO texts_fts VALUES (new.text); END

-- name: insert
INSERT INTO texts VALUES ('word')
