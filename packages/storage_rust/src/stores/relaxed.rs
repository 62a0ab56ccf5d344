//! Ranking the rows that have some words of a query, for conversations and pages.
//!
//! A cursor holds the plan of the first page and the rows that were returned, so that following pages neither repeat nor
//! lose a row when rows are added in between.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

use rusqlite::{Connection, ToSql, named_params};

use crate::error::{Failure, Result};
use crate::search::fts5::VisitorArgument;
use crate::search::loose_query::LooseQuery;
use crate::search::query::{Field, Part, part_expression};
use crate::search::ranking::{COUNT_LIMIT, Coverage, Ranking, RankingRequest, ScoredRow, estimate, span};
use crate::search::relaxation::{MatchMode, Plan, Word, max_rows};
use crate::sql::Statements;
use crate::stores::cursor;

const KIND: &str = "some";

/// The index of a store.
pub struct Index {
    pub fields: &'static [Field],
    /// The weight of each column.
    pub columns: &'static [f64],
    /// With the statements `ids`, `frequency` and `visit`.
    pub statements: &'static Statements,
}

/// A search for some words.
pub struct Request<'a> {
    pub query: LooseQuery,
    pub mode: MatchMode,
    /// Return all ranked rows, in any order, with no scores.
    pub is_unordered: bool,
    pub limit: usize,
    /// How many rows are ranked, the newest ones; None ranks all.
    pub max_ranked: Option<i64>,
    /// The ids that pass the filters, in ascending order.
    pub allowed: Option<Vec<i64>>,
    /// Further parameters of the statement `visit`.
    pub params: Vec<(&'static str, &'a dyn ToSql)>,
}

/// Where a listing continues.
#[derive(Clone, Debug)]
pub struct Position {
    oldest: i64,
    newest: i64,
    plan: Plan,
    seen: Vec<i64>,
}

/// The best rows, and the parts that they may match.
pub struct Found {
    pub rows: Vec<ScoredRow>,
    pub parts: Vec<Part>,
    pub position: Position,
    pub is_complete: bool,
}

/// The best rows after `position`, or from the beginning but without `seen`. None if no row matches.
pub fn rank(
    db: &Connection,
    index: &Index,
    request: Request<'_>,
    position: Option<Position>,
    seen: Vec<i64>,
) -> std::result::Result<Option<Found>, Failure> {
    let ids: (i64, i64) = db
        .prepare_cached(index.statements.get("ids"))?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows = span(ids.0, ids.1);
    let (position, is_first) = match position {
        Some(position) => {
            let is_first = position.oldest == i64::MIN;
            (position, is_first)
        }
        None => match plan(db, index, &request, ids)? {
            Some(plan) => (Position::first(plan, ids.1, seen), true),
            None => return Ok(None),
        },
    };
    let Request { query, limit, is_unordered, max_ranked, allowed, mut params, .. } = request;
    let max_rows = max_ranked.map(|max| max_rows(max as f64, position.plan.words.len()));
    let (candidates, others) = position.plan.parts(&query);
    let expression = query.expression(&candidates, &others, index.fields);
    let mut excluded = position.seen.clone();
    excluded.sort_unstable();
    let ranking = Rc::new(RefCell::new(Ranking::new(
        RankingRequest {
            columns: index.columns,
            scored_phrases: query.mandatory.len() + candidates.len() + others.len(),
            phrases: query.phrases(&candidates, &others),
            limit,
            id_range: ids,
            allowed,
            is_single_phrase: false,
            visits_all_at_once: false,
            coverage: Some(Coverage {
                excluded,
                is_unscored: is_unordered,
                ..position.plan.coverage(&query, rows)
            }),
            previous: None,
        },
        || false,
    )));
    let visitor = VisitorArgument::new(&ranking);
    let more: [(&str, &dyn ToSql); 4] = [
        (":visitor", &visitor),
        (":match", &expression),
        (":first", &position.oldest),
        (":last", &position.newest),
    ];
    params.extend(more);
    let mut visited_all = true;
    let mut statement = db.prepare_cached(index.statements.get("visit"))?;
    let mut visits = statement.query(&*params)?;
    while visits.next()?.is_some() {
        if is_first && max_rows.is_some_and(|max| ranking.borrow().matches as f64 > max) {
            visited_all = false;
            break;
        }
    }
    let mut ranking = ranking.borrow_mut();
    let best = ranking.finish(visited_all).map(|(best, _)| best).unwrap_or_default();
    let oldest = if visited_all { position.oldest } else { ranking.last_id };
    let parts = [query.mandatory, candidates, others].concat();
    let is_complete = position.plan.is_complete && oldest == i64::MIN;
    Ok(Some(Found { rows: best, parts, position: Position { oldest, ..position }, is_complete }))
}

fn plan(
    db: &Connection,
    index: &Index,
    request: &Request<'_>,
    ids: (i64, i64),
) -> std::result::Result<Option<Plan>, Failure> {
    let frequency = |part: &Part| frequency(db, index, part, ids);
    let rows = span(ids.0, ids.1);
    let budget = request.max_ranked.map_or(f64::INFINITY, |max| max as f64);
    let plan = match request.mode {
        MatchMode::Any => Plan::any(&request.query, rows, budget, frequency),
        MatchMode::Auto | MatchMode::All => Plan::most(&request.query, rows, budget, frequency),
    };
    Ok(plan?)
}

/// About how many rows have a part.
pub(super) fn frequency(
    db: &Connection,
    index: &Index,
    part: &Part,
    ids: (i64, i64),
) -> rusqlite::Result<f64> {
    let expression = part_expression(part, index.fields);
    db.prepare_cached(index.statements.get("frequency"))?
        .query_row(named_params! {":match": expression, ":bound": COUNT_LIMIT.cast_signed()}, |row| {
            Ok(estimate(row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?, ids).round())
        })
}

impl Position {
    /// The position of a first page that leaves out the rows `seen`.
    pub fn first(plan: Plan, newest: i64, seen: Vec<i64>) -> Self {
        Self { oldest: i64::MIN, newest, plan, seen }
    }

    /// Whether a cursor is one of these.
    pub fn is_in(cursor: &str) -> bool {
        cursor.split(':').next() == Some(KIND)
    }

    pub fn parse(text: &str, query: &LooseQuery) -> Result<Self> {
        let [oldest, newest, min_words, candidates, is_complete, words, seen] = cursor::keys(KIND, text)?;
        let invalid = || cursor::invalid(text);
        let words = words.split(',').filter(|word| !word.is_empty()).map(|word| {
            let (index, frequency) = word.split_once('.')?;
            let index = index.parse().ok().filter(|index| *index < query.optional.len())?;
            Some(Word { index, frequency: frequency.parse::<u64>().ok()? as f64 })
        });
        let plan = Plan {
            words: words.collect::<Option<_>>().ok_or_else(invalid)?,
            candidates: candidates.parse().map_err(|_| invalid())?,
            min_words: min_words.parse().map_err(|_| invalid())?,
            is_complete: is_complete == "1",
        };
        let count = plan.words.len();
        let selects_nothing = count == 0 && query.mandatory.is_empty();
        if selects_nothing || plan.candidates > count || (plan.candidates == 0) != (count == 0) {
            return Err(invalid());
        }
        let mut seen_ids = Vec::new();
        let mut last: i64 = 0;
        for delta in seen.split('.').filter(|delta| !delta.is_empty()) {
            last = delta.parse().ok().and_then(|delta| last.checked_add(delta)).ok_or_else(invalid)?;
            seen_ids.push(last);
        }
        Ok(Self {
            oldest: cursor::integer(text, oldest)?,
            newest: cursor::integer(text, newest)?,
            plan,
            seen: seen_ids,
        })
    }

    /// The cursor after the rows `ids`, too. The ids are written in ascending order, each as the distance to the last.
    pub fn cursor(mut self, ids: impl Iterator<Item = i64>) -> String {
        self.seen.extend(ids);
        self.seen.sort_unstable();
        let Plan { words, candidates, min_words, is_complete } = &self.plan;
        let words: Vec<String> =
            words.iter().map(|word| format!("{}.{}", word.index, word.frequency.round())).collect();
        let (oldest, newest, complete) = (self.oldest, self.newest, u8::from(*is_complete));
        let mut text =
            format!("{KIND}:{oldest}:{newest}:{min_words}:{candidates}:{complete}:{}:", words.join(","));
        let mut last = 0;
        for (n, id) in self.seen.into_iter().enumerate() {
            let _ = write!(text, "{}{}", if n > 0 { "." } else { "" }, id.wrapping_sub(last));
            last = id;
        }
        text
    }
}
