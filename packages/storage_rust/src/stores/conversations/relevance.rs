//! Searching conversations by relevance.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::{Connection, ToSql, named_params};

use crate::db::database::Database;
use crate::error::{Error, Failure, Result};
use crate::search::fts5::{VisitorArgument, pages_read};
use crate::search::query::Query;
use crate::search::ranking::{CorpusStats, Ranking, RankingRequest, ScoredRow};
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::filter::Filter;
use crate::stores::conversations::records::{Conversation, FoundRows, Search};
use crate::stores::cursor::{self, Key};
use crate::stores::values::truncate;

/// The weights of the columns of the index: prompt, response, model, tags, URL, and the grams of the first two. The
/// weight of the others is 1.
pub static COLUMN_WEIGHTS: [f64; 7] = [2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0];

/// Check how many pages were read every 256 matches; always rank at least this many.
const MATCHES_BETWEEN_CHECKS: i64 = 256;

type Attempt<T> = std::result::Result<T, Failure>;

/// The matches of a query with required terms, best first. `epoch` is the interrupt epoch in which the call began.
pub fn search(
    database: &Database,
    query: &Query,
    search: &Search,
    limit: i64,
    epoch: i64,
) -> Result<FoundRows> {
    let previous = search.cursor.as_deref().map(|cursor| Position::parse(cursor, query)).transpose()?;
    let stopped = Arc::default();
    let mut should_end = Some(database.progress_handler(&Arc::new(AtomicI64::new(epoch)), &stopped));
    let page = database.read(|db| {
        let (first, last) =
            db.prepare_cached(SQL.get("ids"))?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let request = Request {
            query,
            search,
            filter: Filter::new(search),
            previous: previous.as_ref(),
            id_range: (first, last),
            newest: previous.as_ref().map_or(last, |previous| previous.newest),
            limit: limit + 1,
        };
        let is_ranked_by_sqlite = previous.as_ref().is_some_and(|previous| previous.stats.is_none());
        let should_end = should_end.take().filter(|_| !is_ranked_by_sqlite);
        let page = should_end.map(|should_end| rank(db, &request, should_end)).transpose()?;
        page.flatten().map_or_else(|| rank_by_sqlite(db, &request), Ok)
    });
    if page.is_err() && stopped.load(Ordering::Relaxed) {
        return Err(Error::stopped(&database.path));
    }
    let mut page = page?;
    let has_more = truncate(&mut page.rows, limit);
    let last = page.rows.last().filter(|_| has_more);
    let next_cursor =
        last.map(|(last, score)| page.position(ScoredRow { score: *score, id: last.id }).cursor());
    Ok(FoundRows { rows: page.rows, next_cursor, complete: page.complete })
}

/// Where a page of a ranking ends: among the rows from `oldest` to `newest`, after the row `last`.
struct Position {
    oldest: i64,
    newest: i64,
    last: ScoredRow,
    /// None if SQLite ranked the rows.
    stats: Option<CorpusStats>,
}

impl Position {
    fn parse(cursor: &str, query: &Query) -> Result<Self> {
        if cursor.starts_with("ranked:") {
            let (newest, id, score) = cursor::ranked("ranked", cursor)?;
            return Ok(Self { oldest: i64::MIN, newest, last: ScoredRow { score, id }, stats: None });
        }
        let ([oldest, newest, id], floats) = cursor::scored("scored", cursor, query.parts.len() + 2)?;
        let stats = CorpusStats { average_size: floats[1], weights: floats[2..].to_vec() };
        Ok(Self { oldest, newest, last: ScoredRow { score: floats[0], id }, stats: Some(stats) })
    }

    fn cursor(&self) -> String {
        let mut keys =
            vec![Key::Integer(self.newest), Key::Integer(self.last.id), Key::Float(self.last.score)];
        let Some(stats) = &self.stats else { return cursor::write("ranked", &keys) };
        keys.insert(0, Key::Integer(self.oldest));
        keys.push(Key::Float(stats.average_size));
        keys.extend(stats.weights.iter().copied().map(Key::Float));
        cursor::write("scored", &keys)
    }
}

struct Request<'a> {
    query: &'a Query,
    search: &'a Search,
    filter: Filter<'a>,
    previous: Option<&'a Position>,
    /// The first and the last id of the table.
    id_range: (i64, i64),
    newest: i64,
    limit: i64,
}

#[derive(Default)]
struct RankedPage {
    rows: Vec<(Conversation, f64)>,
    /// All matches were ranked, not only the newest.
    complete: bool,
    oldest: i64,
    newest: i64,
    stats: Option<CorpusStats>,
}

impl RankedPage {
    fn position(&self, last: ScoredRow) -> Position {
        Position { oldest: self.oldest, newest: self.newest, last, stats: self.stats.clone() }
    }
}

/// None if FTS5 parsed other phrases from the query than we did.
fn rank(
    db: &Connection,
    request: &Request<'_>,
    should_end: impl FnMut() -> bool + 'static,
) -> Attempt<Option<RankedPage>> {
    let (search, filter) = (request.search, &request.filter);
    let allowed = filter.ids(db)?;
    let (first, last) = match allowed.as_deref() {
        Some([]) => return Ok(Some(RankedPage { complete: true, ..RankedPage::default() })),
        Some([first, .., last]) => (*first, request.newest.min(*last)),
        Some([only]) => (*only, request.newest.min(*only)),
        None => (i64::MIN, request.newest),
    };
    // A following page ranks the same range of rows as the first one, even if rows were added.
    let oldest = request.previous.map_or(i64::MIN, |previous| previous.oldest);
    let first = first.max(oldest);
    let with_model = filter.with_model_words(request.query);
    let query = with_model.as_ref().unwrap_or(request.query);
    let is_single_phrase = query.phrases == 1 && request.previous.is_none() && !filter.is_active();
    let ranking = Rc::new(RefCell::new(Ranking::new(
        RankingRequest {
            columns: &COLUMN_WEIGHTS,
            scored_phrases: request.query.parts.len(),
            phrases: query.phrases,
            limit: usize::try_from(request.limit).unwrap_or(usize::MAX),
            id_range: request.id_range,
            allowed,
            is_single_phrase,
            visits_all_at_once: is_single_phrase && search.exact,
            coverage: None,
            previous: request.previous.and_then(|previous| previous.stats.clone().zip(Some(previous.last))),
        },
        should_end,
    )));
    let is_complete = visit_matches(db, request, query, (first, last), &ranking)?;
    let mut ranking = ranking.borrow_mut();
    if ranking.has_phrase_mismatch {
        return Ok(None);
    }
    let (best, stats) = ranking.finish(is_complete).unzip();
    let mut get = db.prepare_cached(SQL.get("get"))?;
    let mut rows = Vec::new();
    for row in best.unwrap_or_default() {
        let conversation = get.query_row(named_params! {":id": row.id}, Conversation::from_row)?;
        rows.push((conversation, row.score));
    }
    let oldest = if is_complete { oldest } else { ranking.last_id };
    Ok(Some(RankedPage { rows, complete: oldest == i64::MIN, oldest, newest: request.newest, stats }))
}

/// Pass the matches with ids from `first` to `last` to the ranking. False if it ended before all were visited.
fn visit_matches(
    db: &Connection,
    request: &Request<'_>,
    query: &Query,
    (first, last): (i64, i64),
    ranking: &Rc<RefCell<Ranking>>,
) -> Attempt<bool> {
    let search = request.search;
    let mut statement = db.prepare_cached(SQL.get("visit"))?;
    let mut rows = statement.query(named_params! {
        ":visitor": VisitorArgument::new(ranking), ":match": query.expression, ":first": first, ":last": last,
        ":model": search.model,
    })?;
    let is_bounded = !search.exact && request.previous.is_none();
    let pages_before = pages_read(db)?;
    // The work for a single token is proportional to the number of matches, so its pages need not be counted.
    let is_single_token = query.phrases == 1 && request.query.parts[0].is_single_token();
    while rows.next()?.is_some() {
        let (matches, has_phrase_mismatch, is_done) = {
            let ranking = ranking.borrow();
            (ranking.matches, ranking.has_phrase_mismatch, ranking.is_done)
        };
        if is_done {
            return Ok(true);
        }
        let has_read_enough = !is_single_token
            && matches >= request.limit.max(MATCHES_BETWEEN_CHECKS)
            && matches % MATCHES_BETWEEN_CHECKS == 0
            && pages_read(db)? - pages_before > search.max_pages_read;
        if has_phrase_mismatch || is_bounded && (matches > search.max_ranked || has_read_enough) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The same with SQLite's `bm25()`, which reads the size of every match and counts every phrase.
///
/// A following page computes the score of the last row again: scores change a little when rows are added, but the order
/// hardly does.
fn rank_by_sqlite(db: &Connection, request: &Request<'_>) -> Attempt<RankedPage> {
    let search = request.search;
    let last = request.previous.map(|previous| previous.last);
    let (last_id, last_score) = (last.map(|last| last.id), last.map(|last| 0.0 - last.score));
    let max_ranked = if search.exact { i64::MAX } else { search.max_ranked };
    let (is_filtered, bound) = (request.filter.is_active(), max_ranked.saturating_add(1));
    let mut params = request.filter.params();
    let more: [(&str, &dyn ToSql); 7] = [
        (":match", &request.query.expression),
        (":newest", &request.newest),
        (":filtered", &is_filtered),
        (":bound", &bound),
        (":last_id", &last_id),
        (":last_score", &last_score),
        (":limit", &request.limit),
    ];
    params.extend(more);
    let mut statement = db.prepare_cached(SQL.get("search_relevance"))?;
    let mut results = statement.query(&*params)?;
    let (mut rows, mut matches) = (Vec::new(), 0);
    while let Some(row) = results.next()? {
        rows.push((Conversation::from_row(row)?, 0.0 - row.get::<_, f64>(Conversation::COLUMNS)?));
        matches = row.get::<_, i64>(Conversation::COLUMNS + 1)?;
    }
    Ok(RankedPage {
        rows,
        complete: matches <= max_ranked,
        oldest: i64::MIN,
        newest: request.newest,
        stats: None,
    })
}
