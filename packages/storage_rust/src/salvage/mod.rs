//! What can be read of a damaged file, put into a new one.
//!
//! The file is read page by page and without SQLite, which gives up at the first page that makes no sense to it. First
//! the trees are walked whose roots the file still names; where anything on the way is damaged, every other page that
//! holds rows is looked at, too. A row counts as one of ours by its shape, so that neither the list of tables nor a tree
//! is needed for it. The search index is never read: it is built anew.
//!
//! A text that a damaged page cuts short is kept as far as it goes, and bytes that are no text are replaced by U+FFFD;
//! such rows are counted as `partly`. What was deleted stays deleted, as long as the list of free pages can be read.

mod btree;
mod pages;
mod shape;

use std::fs::{self, File};
use std::io;

use rusqlite::{Connection, params_from_iter};

use crate::error::{Error, Kind, Result};
use crate::failure::Failure;
use crate::migrate::{provide_grams, rebuild};
use crate::options::Format;
use crate::owners::create_private;
use crate::pool::Stop;
use crate::sql::Statements;
use btree::{Row, Trees, Value};
use pages::Pages;
pub use shape::Shape;

/// Rows between two looks whether the program is to stop.
const ROWS: usize = 200;

/// Rows by table; `partly` are among them, `lost` are rows that were seen and could not be read.
#[derive(Debug, Default)]
pub struct Rescue {
    taken: Vec<(&'static str, usize)>,
    partly: usize,
    pub lost: usize,
    lost_pages: usize,
    may_be_deleted: bool,
}

impl Rescue {
    /// Without what imports remember, which nobody has written.
    pub fn recovered(&self) -> usize {
        self.counts().map(|(_, count)| count).sum()
    }

    fn counts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.taken.iter().copied().filter(|(table, count)| *count > 0 && *table != "import_fingerprints")
    }
}

impl std::fmt::Display for Rescue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts: Vec<String> =
            self.counts().map(|(table, count)| format!("{count} {}", table.replace('_', " "))).collect();
        f.write_str(&counts.join(", "))?;
        if self.partly > 0 {
            write!(f, "; {} of these only in part", self.partly)?;
        }
        if self.lost > 0 || self.lost_pages > 0 {
            write!(f, "; lost: {} rows that were seen, {} pages", self.lost, self.lost_pages)?;
        }
        if self.may_be_deleted {
            f.write_str("; some of it may have been deleted before, which could not be told any more")?;
        }
        Ok(())
    }
}

/// Make `target`, a new database; it is gone again where that fails. `path` is only read.
///
/// Reads and closes `path`, which drops this process's locks on it: only for a file that nobody here has open.
pub fn salvage(path: &str, format: &'static Format, target: &str, stop: &Stop) -> Result<Rescue> {
    create_private(target).map_err(|error| Error::from_io(&error, path))?;
    let rescued = fill(path, format, target, stop);
    if rescued.is_err() {
        discard(target);
    }
    rescued.map_err(|failure| match failure {
        Failure::Ours(error) => error,
        Failure::Sqlite(error) => Error::from_sqlite(&error, path),
    })
}

pub fn discard(target: &str) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(format!("{target}{suffix}"));
    }
}

/// Give the new file its name; false where another process was faster and began one of its own.
pub fn publish(target: &str, path: &str) -> io::Result<bool> {
    match fs::hard_link(target, path) {
        Ok(()) => fs::remove_file(target).map(|()| true),
        Err(_) if fs::exists(path)? => Ok(false),
        // A file system without links.
        Err(_) => fs::rename(target, path).map(|()| true),
    }
}

fn fill(
    path: &str,
    format: &'static Format,
    target: &str,
    stop: &Stop,
) -> std::result::Result<Rescue, Failure> {
    let on_disk = |error: io::Error| Failure::Ours(Error::from_io(&error, path));
    let pages = Pages::open(path).map_err(on_disk)?;
    let db = Connection::open(target)?;
    // It is thrown away where anything fails, so it needs no journal.
    db.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(()))?;
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN")?;
    provide_grams(&db)?;
    db.execute_batch(format.schema)?;
    let triggers: Vec<String> = db
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for trigger in triggers {
        db.execute_batch(&format!("DROP TRIGGER {trigger}"))?;
    }
    let mut rescue =
        Filling { db: &db, format, sql: Statements::read(format.salvage), stop, path }.run(pages)?;
    rescue.taken.retain(|(_, count)| *count > 0);
    rebuild(&db, format)?;
    db.execute_batch(format.schema)?;
    db.execute_batch("COMMIT")?;
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    db.close().map_err(|(_, error)| error)?;
    File::open(target).and_then(|file| file.sync_all()).map_err(on_disk)?;
    Ok(rescue)
}

struct Filling<'a> {
    db: &'a Connection,
    format: &'static Format,
    sql: Statements,
    stop: &'a Stop,
    path: &'a str,
}

impl Filling<'_> {
    fn run(&self, pages: Pages) -> std::result::Result<Rescue, Failure> {
        let shapes = self.format.shapes;
        let taken = shapes.iter().map(|shape| (shape.table, 0)).collect();
        let mut rescue = Rescue { taken, ..Rescue::default() };
        let mut trees = Trees::new(pages);
        let roots = self.roots(&mut trees)?;
        let mut seen = 0;
        for root in &roots {
            trees
                .walk(*root, |row| {
                    if !self.take(row, &mut rescue, &mut seen)? {
                        rescue.lost += 1;
                    }
                    Ok(())
                })
                .map_err(|failed: Failed| self.told(failed))?;
        }
        rescue.lost_pages = trees.lost;
        if trees.lost > 0 || roots.len() < shapes.len() {
            rescue.may_be_deleted = !trees.pages.knows_free;
            trees
                .others(|row| self.take(row, &mut rescue, &mut seen).map(drop))
                .map_err(|failed: Failed| self.told(failed))?;
        }
        for (step, statement) in self.sql.in_order() {
            if step.starts_with("finish_") {
                self.db.execute(statement, [])?;
            }
        }
        Ok(rescue)
    }

    /// The first pages of the tables, as far as the list of tables can be read.
    fn roots(&self, trees: &mut Trees) -> std::result::Result<Vec<u32>, Failure> {
        let mut found: Vec<(&str, u32)> = Vec::new();
        let look = |row: Row| {
            if let Some(
                [
                    Value::Text { raw: kind, .. },
                    Value::Text { raw: name, .. },
                    Value::Text { .. },
                    Value::Whole(root),
                    ..,
                ],
            ) = row.values.as_deref()
                && kind == b"table"
                && let Some(shape) =
                    self.format.shapes.iter().find(|shape| shape.table.as_bytes() == name.as_slice())
                && let Ok(root) = u32::try_from(*root)
            {
                found.retain(|(table, _)| *table != shape.table);
                found.push((shape.table, root));
            }
            Ok::<(), Failed>(())
        };
        trees.walk(1, look).map_err(|failed| self.told(failed))?;
        Ok(found.into_iter().map(|(_, root)| root).collect())
    }

    /// Whether it is a row of ours.
    fn take(&self, row: Row, rescue: &mut Rescue, seen: &mut usize) -> std::result::Result<bool, Failed> {
        *seen += 1;
        if seen.is_multiple_of(ROWS) && (self.stop)() {
            return Err(Failed::Here(Error::new(Kind::Stopped, self.path, "Stopped").into()));
        }
        let Some((index, values, whole)) = shape::recognised(row, self.format.shapes) else {
            return Ok(false);
        };
        let mut insert =
            self.db.prepare_cached(self.sql.get(self.format.shapes[index].table)).map_err(failed)?;
        rescue.taken[index].1 += insert.execute(params_from_iter(values)).map_err(failed)?;
        rescue.partly += usize::from(!whole);
        Ok(true)
    }

    fn told(&self, failed: Failed) -> Failure {
        match failed {
            Failed::Here(failure) => failure,
            Failed::Medium(error) => Error::from_io(&error, self.path).into(),
        }
    }
}

/// What can go wrong while rows are read and written at once.
enum Failed {
    Medium(io::Error),
    Here(Failure),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Medium(error)
    }
}

fn failed(error: rusqlite::Error) -> Failed {
    Failed::Here(error.into())
}
