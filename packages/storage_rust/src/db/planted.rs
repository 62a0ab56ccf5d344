//! Finding what others planted in the schema of a file: triggers, and what else would run during a write.
//!
//! A file can come from anywhere. SQLite runs its triggers, and the expressions of its indexes and generated columns,
//! with each write, and its views with each read of them. What the schema of the format does not contain never runs:
//! views are not read, and for anything else no write begins. `check` reports all of it.

use std::sync::LazyLock;
use std::sync::atomic::Ordering;

use rusqlite::Connection;

use crate::db::database::Database;
use crate::db::format::Format;
use crate::error::{Error, Failure, Kind};
use crate::sql::Statements;

static SQL: LazyLock<Statements> = LazyLock::new(|| Statements::read(include_str!("../../sql/planted.sql")));

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It runs only if it is named, which no statement of the crate does.
    None,
    /// It runs during writes.
    OnWrite,
    /// It has the name of a table or view of the format.
    OnRead,
}

/// An entry of the schema, or a column, that is not part of the format.
pub(super) struct Planted {
    description: String,
    effect: Effect,
}

impl Database {
    /// Descriptions for `check`, and whether writes would run any of it.
    pub(super) fn describe_planted(&self, db: &Connection) -> rusqlite::Result<(Vec<String>, bool)> {
        let planted = find(db, self.format)?;
        let runs = planted.iter().any(|each| each.effect != Effect::None);
        let describe =
            |each: Planted| format!("{} is not part of the store: it is not run", each.description);
        Ok((planted.into_iter().map(describe).collect(), runs))
    }

    /// Fails if a read could run something.
    pub(super) fn refuse_planted_readers(&self, db: &Connection) -> Result<(), Failure> {
        self.verify_schema(db, &[Effect::OnRead])
    }

    /// Fails if a write could run something. Called inside the transaction; looks again only if the schema has changed.
    pub(super) fn refuse_planted_writers(&self, db: &Connection) -> Result<(), Failure> {
        if schema_version(db)? == self.verified_schema.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.verify_schema(db, &[Effect::OnWrite, Effect::OnRead])
    }

    fn verify_schema(&self, db: &Connection, refused: &[Effect]) -> Result<(), Failure> {
        let version = schema_version(db)?; // before its entries: if they change now, the next write looks again
        let planted = find(db, self.format)?;
        if let Some(each) = planted.iter().find(|each| refused.contains(&each.effect)) {
            let (path, name, what) = (&self.path, self.format.name, &each.description);
            let message = format!(
                "{path} has something that is not part of a store of {name}: {what}. It was not run, and nothing was \
                 written: remove it with another program, or import an export of the rows into a new store"
            );
            return Err(Error::new(Kind::Foreign, path, message).into());
        }
        if planted.iter().all(|each| each.effect == Effect::None) {
            self.verified_schema.store(version, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn schema_version(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached(SQL.get("schema_version"))?.query_row([], |row| row.get(0))
}

fn find(db: &Connection, format: &Format) -> rusqlite::Result<Vec<Planted>> {
    let known = normalized(format.schema);
    let dropped: String = format.migrations.iter().map(|(_, script)| normalized(script)).collect();
    let is_old = db.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? < format.version;
    let mut planted = Vec::new();
    let mut statement = db.prepare(SQL.get("objects"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let [kind, name, table, sql] = [text(row, 0)?, text(row, 1)?, text(row, 2)?, text(row, 3)?];
        let is_migrated = is_old && dropped.contains(&format!("DROP {} {name};", kind.to_uppercase()));
        if is_migrated || known.contains(&normalized(&sql)) {
            continue;
        }
        let effect = match kind.as_str() {
            "trigger" => Effect::OnWrite,
            "index" if !is_plain_index(&sql) => Effect::OnWrite,
            "table" if names(&known, &name) && has_expressions(&sql) => Effect::OnWrite,
            "view" if names(&known, &name) => Effect::OnRead,
            "view" => Effect::None,
            _ => continue, // users may add tables, and indexes of columns
        };
        let description = match kind.as_str() {
            "view" => format!("the view {name}"),
            "table" => format!("a generated column, a check or a default in the table {name}"),
            _ => format!("the {kind} {name} on {table}"),
        };
        planted.push(Planted { description, effect });
    }
    Ok(planted)
}

/// The text of a column; our schema has no other types.
fn text(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<String> {
    Ok(String::from_utf8_lossy(row.get_ref(index)?.as_bytes().unwrap_or_default()).into_owned())
}

/// As SQLite stores statements, with one blank wherever there is white space.
fn normalized(sql: &str) -> String {
    sql.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(" IF NOT EXISTS", "")
        .replace(" IF EXISTS", "")
}

/// Whether the schema has a table or view of this name.
fn names(schema: &str, name: &str) -> bool {
    ["TABLE", "VIEW"].iter().any(|kind| schema.contains(&format!("CREATE {kind} {name} ")))
}

/// Whether an index has only columns: no expressions and no condition.
fn is_plain_index(sql: &str) -> bool {
    sql.matches('(').count() == 1 && !sql.to_uppercase().contains("WHERE")
}

/// Whether a table, which a migration may have changed, has a generated column, a check or a default that is computed.
fn has_expressions(sql: &str) -> bool {
    let sql = normalized(sql).to_uppercase().replace(" (", "(");
    [" AS(", "CHECK", "DEFAULT(", "GENERATED", "/*"].iter().any(|part| sql.contains(part))
}
