//! An embedded, searchable, durable store for conversations, history and bookmarks, with its own copy of SQLite.
//!
//! Each folder imports only from those below it, and `tests/module_graph.rs` checks that:
//!
//! ```text
//! py        the extension module; the rest is plain Rust and does not know Python
//! stores    conversations, history and bookmarks: their SQL statements, rows, searches and listings
//! salvage   recovers the readable rows of a damaged file
//! db        one SQLite file: connections, transactions, migration, backup, idle maintenance
//! search    the query language, n-grams, ranking, snippets and the binding to FTS5
//! ```

#![deny(unsafe_code)]

pub mod db;
pub mod error;
pub mod salvage;
pub mod search;
mod sql;
pub mod stores;

#[cfg(feature = "python")]
#[allow(clippy::doc_markdown)] // the docstrings of Python
mod py;
