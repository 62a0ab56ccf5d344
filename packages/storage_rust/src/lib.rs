//! An embedded, searchable, durable store for conversations and bookmarks, on a SQLite of its own.
//!
//! Everything outside `py` is plain Rust and knows no Python; `py` is the extension module.

#![deny(unsafe_code)]

pub mod backlog;
pub mod backup;
pub mod bookmarks;
mod check;
mod connect;
pub mod conversations;
pub mod cursor;
pub mod damage;
pub mod database;
pub mod error;
mod failure;
pub mod frecency;
mod fts5;
pub mod history;
mod maintenance;
mod migrate;
mod narrow;
mod newest;
mod options;
pub mod owners;
mod paths;
mod pool;
pub mod query;
mod ranking;
pub mod recall;
mod recognise;
mod salvage;
pub mod search;
mod segments;
pub mod snippet;
mod sql;
pub mod text;
mod transactions;
pub mod transfer;
mod upkeep;
pub mod values;

#[cfg(feature = "python")]
mod py;
