//! Copying the readable rows of a damaged file into a new database.

use std::fs::{self, File};
use std::io;

use rusqlite::{Connection, params_from_iter};

use crate::db::migration::{rebuild_indexes, register_grams};
use crate::db::owners::create_private;
use crate::db::pool::StopCheck;
use crate::error::{Error, Failure, Result};
use crate::salvage::btree::{Row, Trees, Value};
use crate::salvage::pages::Pages;
use crate::salvage::recoverable::Recoverable;
use crate::salvage::row_pattern;
use crate::sql::Statements;

/// Call the `StopCheck` after this many rows.
const ROWS_BETWEEN_CHECKS: usize = 200;

/// What was recovered.
#[derive(Debug, Default)]
pub struct SalvageReport {
    /// The number of copied rows of each table, including the partial ones.
    copied: Vec<(&'static str, usize)>,
    partial: usize,
    /// Rows that were found but could not be read.
    pub lost: usize,
    lost_pages: usize,
    may_include_deleted: bool,
}

impl SalvageReport {
    /// The number of rows that users have written.
    pub fn recovered(&self) -> usize {
        self.counts().map(|(_, count)| count).sum()
    }

    fn counts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.copied.iter().copied().filter(|(table, count)| *count > 0 && *table != "import_fingerprints")
    }
}

impl std::fmt::Display for SalvageReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts: Vec<String> =
            self.counts().map(|(table, count)| format!("{count} {}", table.replace('_', " "))).collect();
        f.write_str(&counts.join(", "))?;
        if self.partial > 0 {
            write!(f, "; {} of these only in part", self.partial)?;
        }
        if self.lost > 0 || self.lost_pages > 0 {
            write!(f, "; lost: {} rows, {} pages", self.lost, self.lost_pages)?;
        }
        if self.may_include_deleted {
            f.write_str("; some of these may have been deleted before")?;
        }
        Ok(())
    }
}

/// Copy what can be read of `path` into `target`, a new database, which is deleted if that fails.
///
/// Reads and closes `path`, which drops the locks of this process on it: nobody in this process may have it open.
pub fn salvage(
    path: &str,
    recoverable: &'static Recoverable,
    target: &str,
    stop: &StopCheck,
) -> Result<SalvageReport> {
    create_private(target).map_err(|error| Error::from_io(&error, path))?;
    let outcome = fill(path, recoverable, target, stop);
    if outcome.is_err() {
        discard(target);
    }
    outcome.map_err(|failure| match failure {
        Failure::Store(error) => error,
        Failure::Sqlite(error) => Error::from_sqlite(&error, path),
    })
}

/// Delete a database and the files next to it.
pub fn discard(target: &str) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(format!("{target}{suffix}"));
    }
}

fn fill(
    path: &str,
    recoverable: &'static Recoverable,
    target: &str,
    stop: &StopCheck,
) -> std::result::Result<SalvageReport, Failure> {
    let io_failure = |error: io::Error| Failure::Store(Error::from_io(&error, path));
    let format = &recoverable.format;
    let pages = Pages::open(path).map_err(io_failure)?;
    let db = Connection::open(target)?;
    // The file is deleted if anything fails, so it needs no journal.
    db.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(()))?;
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN")?;
    register_grams(&db)?;
    db.execute_batch(format.schema)?;
    let triggers: Vec<String> = db
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for trigger in triggers {
        db.execute_batch(&format!("DROP TRIGGER {trigger}"))?;
    }
    let statements = Statements::read(recoverable.statements);
    let copy =
        Copy { db: &db, recoverable, statements, stop, path, rows: 0, report: SalvageReport::default() };
    let report = copy.run(pages)?;
    rebuild_indexes(&db, format)?;
    db.execute_batch(format.schema)?;
    db.execute_batch("COMMIT")?;
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    db.close().map_err(|(_, error)| error)?;
    File::open(target).and_then(|file| file.sync_all()).map_err(io_failure)?;
    Ok(report)
}

struct Copy<'a> {
    db: &'a Connection,
    recoverable: &'static Recoverable,
    statements: Statements,
    stop: &'a StopCheck,
    path: &'a str,
    rows: usize,
    report: SalvageReport,
}

impl Copy<'_> {
    fn run(mut self, pages: Pages) -> std::result::Result<SalvageReport, Failure> {
        let patterns = self.recoverable.patterns;
        self.report.copied = patterns.iter().map(|pattern| (pattern.table, 0)).collect();
        let mut trees = Trees::new(pages);
        let outcome = self.copy_rows(&mut trees);
        outcome.map_err(|error| match error {
            CopyError::Read(error) => Error::from_io(&error, self.path).into(),
            CopyError::Write(failure) => failure,
        })?;
        for (name, statement) in self.statements.in_order() {
            if name.starts_with("finish_") {
                self.db.execute(statement, [])?;
            }
        }
        Ok(self.report)
    }

    fn copy_rows(&mut self, trees: &mut Trees) -> std::result::Result<(), CopyError> {
        let roots = self.find_roots(trees)?;
        for root in &roots {
            trees.walk(*root, |row| {
                let is_copied = self.copy(row)?;
                self.report.lost += usize::from(!is_copied);
                Ok::<_, CopyError>(())
            })?;
        }
        self.report.lost_pages = trees.lost;
        if trees.lost > 0 || roots.len() < self.recoverable.patterns.len() {
            self.report.may_include_deleted = !trees.pages.knows_free;
            trees.walk_unreachable(|row| self.copy(row).map(drop))?;
        }
        Ok(())
    }

    /// The root pages of the tables, as far as the schema is readable.
    fn find_roots(&self, trees: &mut Trees) -> std::result::Result<Vec<u32>, CopyError> {
        let mut roots: Vec<(&str, u32)> = Vec::new();
        trees.walk(1, |row| {
            if let Some(
                [
                    Value::Text { raw: kind, .. },
                    Value::Text { raw: name, .. },
                    Value::Text { .. },
                    Value::Integer(root),
                    ..,
                ],
            ) = row.values.as_deref()
                && kind == b"table"
                && let Some(pattern) = self
                    .recoverable
                    .patterns
                    .iter()
                    .find(|pattern| pattern.table.as_bytes() == name.as_slice())
                && let Ok(root) = u32::try_from(*root)
            {
                roots.retain(|(table, _)| *table != pattern.table);
                roots.push((pattern.table, root));
            }
            Ok::<_, CopyError>(())
        })?;
        Ok(roots.into_iter().map(|(_, root)| root).collect())
    }

    /// Insert the row into the new database. False if it matches no pattern.
    fn copy(&mut self, row: Row) -> std::result::Result<bool, CopyError> {
        self.rows += 1;
        if self.rows.is_multiple_of(ROWS_BETWEEN_CHECKS) && (self.stop)() {
            return Err(CopyError::Write(Error::stopped(self.path).into()));
        }
        let patterns = self.recoverable.patterns;
        let Some((index, values, is_complete)) = row_pattern::identify(row, patterns) else {
            return Ok(false);
        };
        let mut insert = self.db.prepare_cached(self.statements.get(patterns[index].table))?;
        self.report.copied[index].1 += insert.execute(params_from_iter(values))?;
        self.report.partial += usize::from(!is_complete);
        Ok(true)
    }
}

enum CopyError {
    Read(io::Error),
    Write(Failure),
}

impl From<io::Error> for CopyError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Write(error.into())
    }
}
