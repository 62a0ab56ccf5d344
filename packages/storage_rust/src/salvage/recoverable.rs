//! What the recovery needs to know about a file format.

use crate::db::format::Format;
use crate::salvage::row_pattern::RowPattern;

/// A file format, and how to recover its rows.
pub struct Recoverable {
    pub format: Format,
    /// The patterns by which rows of each table are identified.
    pub patterns: &'static [RowPattern],
    /// The SQL file with the statements that insert and complete the rows.
    pub statements: &'static str,
}
