//! What the store of conversations takes and returns. Times are UTC milliseconds since 1970.

use rusqlite::{Connection, Row, named_params};

use crate::search::relaxation::MatchMode;
use crate::search::snippet::Span;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::values::tags_from_json;

/// How many matches, the newest ones, a search ranks by default.
const MAX_RANKED: i64 = 10_000;
/// About how many pages a search reads by default. Phrases of common words have many candidates.
const MAX_PAGES_READ: i64 = 1_500;

/// One exchange; `metadata` is a JSON object.
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
    pub state: State,
    pub usage: Usage,
}

/// Whether the answer is all there. The numbers are those in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Complete = 0,
    /// `streamed_answers` knows its text so far.
    Writing = 1,
    Interrupted = 2,
}

/// What an exchange took, as far as the caller says so: tokens, US dollars and seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    pub prompt_tokens: Option<i64>,
    pub completion_tokens: Option<i64>,
    pub cost: Option<f64>,
    pub duration: Option<f64>,
}

/// The messages of an exchange: a JSON array, and their text that is neither in its prompt nor in its response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Messages {
    pub json: String,
    pub text: String,
}

#[derive(Clone, Debug, Default)]
pub struct NewConversation {
    pub prompt: String,
    pub response: String,
    pub model: String,
    /// The current time if None.
    pub timestamp: Option<i64>,
    pub thread_id: Option<i64>,
    pub parent_id: Option<i64>,
    pub url: Option<String>,
    pub tags: Vec<String>,
    /// A JSON object; an empty text is an empty object.
    pub metadata: String,
    pub messages: Option<Messages>,
    pub state: State,
    pub usage: Usage,
}

/// The values that an update replaces.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub prompt: Option<String>,
    pub response: Option<String>,
    pub model: Option<String>,
    pub url: Option<String>,
    pub tags: Option<Vec<String>>,
    pub metadata: Option<String>,
    pub messages: Option<Messages>,
    pub usage: Usage,
    pub state: Option<State>,
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
    /// False if only the newest matches were ranked, or if the index is behind.
    pub complete: bool,
    /// `All` if all hits have all words, otherwise `Any`.
    pub match_mode: MatchMode,
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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Relevance,
    /// Newest first, by timestamp.
    Recent,
}

/// The filters and limits of a search: equal model, tag and thread, `since` <= timestamp < `until`.
#[derive(Clone, Debug)]
pub struct Search {
    pub limit: i64,
    pub cursor: Option<String>,
    pub order: Order,
    pub match_mode: MatchMode,
    pub model: Option<String>,
    pub tag: Option<String>,
    pub thread_id: Option<i64>,
    pub url_prefix: Option<String>,
    pub since: Option<i64>,
    pub until: Option<i64>,
    /// Rank every match.
    pub exact: bool,
    /// How many matches, the newest ones, are ranked unless `exact`.
    pub max_ranked: i64,
    /// Stop looking for matches of several words after reading this many pages of the file, unless `exact`.
    pub max_pages_read: i64,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            limit: 20,
            cursor: None,
            order: Order::Relevance,
            match_mode: MatchMode::All,
            model: None,
            tag: None,
            thread_id: None,
            url_prefix: None,
            since: None,
            until: None,
            exact: false,
            max_ranked: MAX_RANKED,
            max_pages_read: MAX_PAGES_READ,
        }
    }
}

/// Rows that a search found, with their scores.
#[derive(Default)]
pub struct FoundRows {
    pub rows: Vec<(Conversation, f64)>,
    pub next_cursor: Option<String>,
    pub complete: bool,
}

impl Conversation {
    /// How many columns the view `exchanges` has.
    pub const COLUMNS: usize = 15;

    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            thread_id: row.get(1)?,
            parent_id: row.get(2)?,
            timestamp: row.get(3)?,
            prompt: row.get(4)?,
            response: row.get(5)?,
            model: row.get(6)?,
            url: row.get(7)?,
            tags: tags_from_json(row.get_ref(8)?.as_str()?)?,
            metadata: row.get(9)?,
            state: State::from_number(row.get(10)?),
            usage: Usage::from_row(row, 11)?,
        })
    }
}

impl State {
    /// Of a number in the file; one that this version does not know is a complete answer.
    fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Writing,
            2 => Self::Interrupted,
            _ => Self::Complete,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Writing => "writing",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Usage {
    /// From four columns, of which `first` is the first.
    fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            prompt_tokens: row.get(first)?,
            completion_tokens: row.get(first + 1)?,
            cost: row.get(first + 2)?,
            duration: row.get(first + 3)?,
        })
    }
}

pub fn add_thread(db: &Connection, title: &str, now: i64) -> rusqlite::Result<i64> {
    db.prepare_cached(SQL.get("add_thread"))?.execute(named_params! {":title": title, ":now": now})?;
    Ok(db.last_insert_rowid())
}
