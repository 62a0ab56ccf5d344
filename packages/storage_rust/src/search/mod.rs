//! Full-text search without a database: the query language, n-grams, ranking, snippets and the binding to FTS5.
//!
//! The searches themselves are in `stores`, next to the rows they return.

mod characters;
mod comparison;
pub mod dates;
pub mod folding;
pub mod fts5;
pub mod function_words;
pub mod grams;
pub mod loose_query;
pub mod query;
pub mod ranking;
pub mod relaxation;
pub mod segments;
pub mod snippet;
pub mod url_text;
