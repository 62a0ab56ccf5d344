-- What finds triggers and views that are not part of the schema.

-- name: schema_version
PRAGMA schema_version

-- name: objects
SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL
