//! What a file is, and how it is opened.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use crate::owners::{Alone, Owners};
use crate::pool::Stop;
use crate::salvage::Shape;

/// One kind of file. A migration leads to the version beside it from the one before, and the schema follows the last.
/// `indexes` are the full-text tables; by the definition of the first a damaged file is still recognised.
#[derive(Debug)]
pub struct Format {
    pub name: &'static str,
    pub application_id: u32,
    pub version: i64,
    pub schema: &'static str,
    pub migrations: &'static [(i64, &'static str)],
    pub indexes: &'static [&'static str],
    /// What a rescue looks for in a damaged file, and the statements that it runs.
    pub shapes: &'static [Shape],
    pub salvage: &'static str,
    pub probe: &'static str,
    /// Of the indexes, those that are merged by `maintenance`, not by writes.
    pub merged: &'static [&'static str],
    pub backlog: Option<Backlog>,
}

/// Rows that are stored but not yet in an index.
#[derive(Clone, Copy, Debug)]
pub struct Backlog {
    pub is_behind: fn(&Connection) -> rusqlite::Result<bool>,
    /// Index rows until the function says that it is enough; whether some are left.
    pub catch_up: fn(&Connection, &mut dyn FnMut() -> bool) -> rusqlite::Result<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A returned write survives a crash of the process.
    Normal,
    /// And power loss.
    Full,
}

#[derive(Clone)]
pub struct Options {
    pub read_only: bool,
    pub busy_timeout: Duration,
    pub durability: Durability,
    pub check_on_open: bool,
    pub owners: Arc<dyn Owners>,
    pub stop: Stop,
}

/// Of a program that has no other SQLite library on the file.
impl Default for Options {
    fn default() -> Self {
        Self {
            read_only: false,
            busy_timeout: Duration::from_secs(5),
            durability: Durability::Normal,
            check_on_open: false,
            owners: Arc::new(Alone),
            stop: Arc::new(|| false),
        }
    }
}
