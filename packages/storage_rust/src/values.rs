//! What the stores hold and give back. Times are UTC milliseconds since 1970, metadata is the text of a JSON object.

use crate::error::{Error, Result};
use crate::snippet::Span;

/// Matches, the newest, that a search ranks unless it is exact.
pub const RANKED: i64 = 10_000;
/// Pages that it looks at meanwhile, about, once it has some matches to rank: phrases of common words are many to try.
pub const PAGES: i64 = 1_500;
pub const MAX_LIMIT: i64 = 10_000;

#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    pub id: i64,
    pub thread_id: i64,
    pub parent_id: Option<i64>,
    pub timestamp: i64,
    pub prompt: String,
    pub response: String,
    pub model: String,
    pub url: Option<String>,
    pub tags: Vec<String>,
    pub metadata: String,
}

#[derive(Clone, Debug, Default)]
pub struct NewConversation {
    pub prompt: String,
    pub response: String,
    pub model: String,
    /// Now, where it is left out.
    pub timestamp: Option<i64>,
    pub thread_id: Option<i64>,
    pub parent_id: Option<i64>,
    pub url: Option<String>,
    pub tags: Vec<String>,
    /// The text of a JSON object; empty where it is empty.
    pub metadata: String,
}

/// What an update replaces.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub response: Option<String>,
    pub tags: Option<Vec<String>>,
    pub metadata: Option<String>,
}

/// `score` is higher for better matches, comparable within one page.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub conversation: Conversation,
    pub score: f64,
    pub snippet: String,
    pub highlights: Vec<Span>,
}

#[derive(Clone, Debug)]
pub struct SearchPage {
    pub hits: Vec<Hit>,
    pub next_cursor: Option<String>,
    /// False where only the newest matches were ranked.
    pub complete: bool,
}

#[derive(Clone, Debug)]
pub struct Page {
    pub conversations: Vec<Conversation>,
    pub next_cursor: Option<String>,
}

/// `updated_at` is the time of its newest exchange; `cursor` continues a listing after this thread.
#[derive(Clone, Debug)]
pub struct Thread {
    pub id: i64,
    pub title: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub count: i64,
    pub cursor: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bookmark {
    pub id: i64,
    pub url: String,
    pub title: String,
    pub tags: Vec<String>,
    pub note: String,
    pub keyword: Option<String>,
    pub created_at: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewBookmark {
    pub url: String,
    pub title: String,
    pub tags: Vec<String>,
    pub note: String,
    pub keyword: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Relevance,
    /// The newest first, by their timestamps.
    Recent,
}

/// Beside the query: equal model, tag and thread, `since` <= timestamp < `until`.
#[derive(Clone, Debug)]
pub struct Search {
    pub limit: i64,
    pub cursor: Option<String>,
    pub order: Order,
    pub model: Option<String>,
    pub tag: Option<String>,
    pub thread_id: Option<i64>,
    pub url_prefix: Option<String>,
    pub since: Option<i64>,
    pub until: Option<i64>,
    /// Rank every match, however many there are.
    pub exact: bool,
    /// Matches, the newest, that are ranked unless `exact`.
    pub window: i64,
    /// Pages of the file beyond which, unless `exact`, no further matches of several words are sought for a ranking.
    pub pages: i64,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            limit: 20,
            cursor: None,
            order: Order::Relevance,
            model: None,
            tag: None,
            thread_id: None,
            url_prefix: None,
            since: None,
            until: None,
            exact: false,
            window: RANKED,
            pages: PAGES,
        }
    }
}

pub fn checked_limit(limit: i64) -> Result<i64> {
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::invalid(format!("limit must be a whole number from 1 to {MAX_LIMIT}, not {limit}")))
}

/// Distinct tags as a JSON array.
pub fn tags_json(tags: &[String]) -> Result<String> {
    let mut distinct: Vec<&String> = Vec::new();
    for tag in tags {
        if tag.trim().is_empty() || tag.contains(char::is_control) {
            return Err(Error::invalid(format!("tags must be one line of text each, not {tag:?}")));
        }
        if !distinct.contains(&tag) {
            distinct.push(tag);
        }
    }
    serde_json::to_string(&distinct).map_err(|error| Error::invalid(format!("tags: {error}")))
}

pub fn tags_from_json(stored: &str) -> rusqlite::Result<Vec<String>> {
    if stored == "[]" {
        return Ok(Vec::new());
    }
    serde_json::from_str(stored).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
    })
}

pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
