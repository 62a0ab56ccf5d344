//! An embedded, searchable, durable store for conversations and bookmarks, on a SQLite of its own.
//!
//! Everything outside `py` is plain Rust and knows no Python; `py` is the extension module.

#![deny(unsafe_code)]

pub mod backup;
pub mod bookmarks;
mod check;
pub mod conversations;
pub mod cursor;
pub mod damage;
pub mod database;
pub mod error;
pub mod frecency;
pub mod history;
pub mod owners;
mod paths;
mod pool;
pub mod query;
pub mod search;
pub mod snippet;
mod sql;
pub mod text;
pub mod transfer;
pub mod values;

#[cfg(feature = "python")]
mod py;
