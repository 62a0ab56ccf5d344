//! Recovery of damaged files.
//!
//! The file is read page by page and without SQLite, which stops at the first page that it cannot parse. First the
//! b-trees are walked whose root pages the schema still names; if anything on the way is damaged, every other page with
//! rows is read, too. A row is identified by the pattern of its values, so neither the schema nor a b-tree is needed for
//! it. The full-text indexes are never read, but rebuilt.
//!
//! A text that a damaged page truncates is kept up to there, and bytes that are not UTF-8 are replaced by U+FFFD; such
//! rows are reported as partial. Deleted rows stay deleted as long as the list of free pages is readable.

mod btree;
mod extract;
mod identify;
mod pages;
mod quarantine;
pub mod recoverable;
pub mod recovery;
pub mod row_pattern;
