//! What the store of history takes and returns. Times are UTC milliseconds since 1970.

use rusqlite::Row;

use crate::search::relaxation::MatchMode;
use crate::search::snippet::Span;

/// A visited page; `frecency` is computed in the module of that name.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryHit {
    pub id: i64,
    pub url: String,
    pub title: String,
    pub visit_count: i64,
    pub last_visited_at: i64,
    pub frecency: i64,
    pub score: f64,
    pub snippet: String,
    pub highlights: Vec<Span>,
}

#[derive(Clone, Debug)]
pub struct HistoryPage {
    pub hits: Vec<HistoryHit>,
    pub next_cursor: Option<String>,
    /// False if only the most recently first visited matches were ranked.
    pub complete: bool,
    /// `All` if all hits have all words, otherwise `Any`.
    pub match_mode: MatchMode,
}

/// How many hits, of pages with a visit in the time `since` <= time < `until`.
#[derive(Clone, Debug)]
pub struct HistorySearch {
    pub limit: i64,
    pub cursor: Option<String>,
    pub match_mode: MatchMode,
    pub since: Option<i64>,
    pub until: Option<i64>,
}

/// Which visits to delete: those that meet every given condition. The time is `since` <= time < `until`; a domain is a
/// host and all its subdomains.
#[derive(Clone, Debug, Default)]
pub struct Deletion {
    pub url: Option<String>,
    pub domain: Option<String>,
    pub since: Option<i64>,
    pub until: Option<i64>,
}

impl HistoryHit {
    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            url: row.get(1)?,
            title: row.get(2)?,
            visit_count: row.get(3)?,
            last_visited_at: row.get(4)?,
            frecency: row.get(5)?,
            score: 0.0,
            snippet: String::new(),
            highlights: Vec::new(),
        })
    }
}
