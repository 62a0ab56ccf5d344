//! How a database is opened.

use std::sync::Arc;
use std::time::Duration;

use crate::db::owners::{NoRegistry, Owners};
use crate::db::pool::StopCheck;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A returned write survives a crash of the process.
    Normal,
    /// A returned write also survives power loss.
    Full,
}

#[derive(Clone)]
pub struct Options {
    pub read_only: bool,
    pub busy_timeout: Duration,
    pub durability: Durability,
    pub check_on_open: bool,
    pub owners: Arc<dyn Owners>,
    pub stop: StopCheck,
}

/// The options of a program that has no other SQLite library on the file.
impl Default for Options {
    fn default() -> Self {
        Self {
            read_only: false,
            busy_timeout: Duration::from_secs(5),
            durability: Durability::Normal,
            check_on_open: false,
            owners: Arc::new(NoRegistry),
            stop: Arc::new(|| false),
        }
    }
}
