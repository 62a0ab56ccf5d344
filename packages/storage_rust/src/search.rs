//! Searching conversations: the query, its filters, its pages.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::{Connection, ToSql, named_params};

use crate::conversations::{ConversationStore, FIELDS, conversation, cut_to};
use crate::cursor::{self, Key};
use crate::error::{Error, Kind, Result};
use crate::failure::Failure;
use crate::fts5::{self, Passed};
use crate::narrow::Narrow;
use crate::query::{Part, Query, parse};
use crate::ranking::{Corpus, Ranking, Scored, Wanted};
use crate::snippet::snippet;
use crate::sql::CONVERSATIONS as SQL;
use crate::values::{Conversation, Hit, Order, Search, SearchPage, checked_limit};

/// What a word weighs in the columns of the index: prompt, response, model, tags, URL, and the grams of the first two.
/// In the others it is 1.
static COLUMNS: [f64; 7] = [2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0];

/// Matches between two looks at how much work they were, and the least that are ranked.
const ENOUGH: i64 = 256;

type Attempt<T> = std::result::Result<T, Failure>;

impl ConversationStore {
    pub(crate) fn search_index(&self, query: &str, search: &Search) -> Result<SearchPage> {
        let limit = checked_limit(search.limit)?;
        let wanted = parse(query, &FIELDS);
        let mark = self.db.interrupt_mark();
        if wanted.matching.is_some() && search.order == Order::Relevance {
            return self.ranked(&wanted, search, limit, mark);
        }
        self.newest(&wanted, search, limit, mark)
    }

    fn ranked(&self, wanted: &Query, search: &Search, limit: i64, mark: i64) -> Result<SearchPage> {
        let from = search.cursor.as_deref().map(|cursor| Place::read(cursor, wanted)).transpose()?;
        let stopped = Arc::default();
        let mut ends = Some(self.db.watch(&Arc::new(AtomicI64::new(mark)), &stopped));
        let page = self.db.read(|db| {
            let (first, last) =
                db.prepare_cached(SQL.get("ids"))?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let newest = from.as_ref().map_or(last, |from| from.newest);
            let asked =
                Asked { wanted, search, from: from.as_ref(), ids: (first, last), newest, limit: limit + 1 };
            let by_sqlite = from.as_ref().is_some_and(|from| from.corpus.is_none());
            let best = ends.take().filter(|_| !by_sqlite).map(|ends| best(db, &asked, ends)).transpose()?;
            best.flatten().map_or_else(|| best_by_sqlite(db, &asked), Ok)
        });
        if page.is_err() && stopped.load(Ordering::Relaxed) {
            return Err(Error::new(Kind::Stopped, self.path(), "Stopped"));
        }
        let mut page = page?;
        let more = cut_to(&mut page.rows, limit);
        let last = page.rows.last().filter(|_| more);
        let next_cursor = last.map(|(last, score)| page.place(Scored { score: *score, id: last.id }).write());
        let hits = self.hits(page.rows.into_iter(), &wanted.parts, mark)?;
        Ok(SearchPage { hits, next_cursor, complete: page.complete })
    }

    pub(crate) fn hits(
        &self,
        rows: impl Iterator<Item = (Conversation, f64)>,
        parts: &[Part],
        mark: i64,
    ) -> Result<Vec<Hit>> {
        let hit = |(conversation, score): (Conversation, f64)| {
            self.db.still(mark)?;
            // Of two equal windows the answer's is shown: the prompt is on display anyway.
            let texts = [("response", &*conversation.response), ("prompt", &*conversation.prompt)];
            let (snippet, highlights) = snippet(&texts, parts);
            Ok(Hit { conversation, score, snippet, highlights })
        };
        rows.map(hit).collect()
    }
}

/// Where a page of a ranking ends: among the rows from `oldest` to `newest`, after the row `last`.
struct Place {
    oldest: i64,
    newest: i64,
    last: Scored,
    /// None where SQLite has ranked.
    corpus: Option<Corpus>,
}

impl Place {
    fn read(cursor: &str, wanted: &Query) -> Result<Self> {
        if cursor.starts_with("ranked:") {
            let (newest, id, score) = cursor::ranked("ranked", cursor)?;
            return Ok(Self { oldest: i64::MIN, newest, last: Scored { score, id }, corpus: None });
        }
        let ([oldest, newest, id], floats) = cursor::scored("scored", cursor, wanted.parts.len() + 2)?;
        let corpus = Corpus { average_size: floats[1], weights: floats[2..].to_vec() };
        Ok(Self { oldest, newest, last: Scored { score: floats[0], id }, corpus: Some(corpus) })
    }

    fn write(&self) -> String {
        let mut keys = vec![Key::Whole(self.newest), Key::Whole(self.last.id), Key::Float(self.last.score)];
        let Some(corpus) = &self.corpus else { return cursor::write("ranked", &keys) };
        keys.insert(0, Key::Whole(self.oldest));
        keys.push(Key::Float(corpus.average_size));
        keys.extend(corpus.weights.iter().copied().map(Key::Float));
        cursor::write("scored", &keys)
    }
}

struct Asked<'a> {
    wanted: &'a Query,
    search: &'a Search,
    from: Option<&'a Place>,
    /// The first and the last of the table.
    ids: (i64, i64),
    newest: i64,
    limit: i64,
}

impl Asked<'_> {
    fn window(&self) -> i64 {
        if self.search.exact { i64::MAX } else { self.search.window }
    }
}

#[derive(Default)]
struct Ranked {
    rows: Vec<(Conversation, f64)>,
    /// Of all matches, not only of the newest.
    complete: bool,
    oldest: i64,
    newest: i64,
    corpus: Option<Corpus>,
}

impl Ranked {
    fn place(&self, last: Scored) -> Place {
        Place { oldest: self.oldest, newest: self.newest, last, corpus: self.corpus.clone() }
    }
}

/// None where FTS5 sees other phrases in the query than we do.
fn best(db: &Connection, asked: &Asked<'_>, ends: impl FnMut() -> bool + 'static) -> Attempt<Option<Ranked>> {
    let (wanted, search) = (asked.wanted, asked.search);
    let narrow = Narrow::of(search);
    let allowed = narrow.ids(db)?;
    let (first, last) = match allowed.as_deref() {
        Some([]) => return Ok(Some(Ranked { complete: true, ..Ranked::default() })),
        Some([first, .., last]) => (*first, asked.newest.min(*last)),
        Some([only]) => (*only, asked.newest.min(*only)),
        None => (i64::MIN, asked.newest),
    };
    // A further page looks at the rows of the first, however many there are by now.
    let oldest = asked.from.map_or(i64::MIN, |from| from.oldest);
    let first = first.max(oldest);
    let of_model = narrow.of_model(wanted);
    let query = of_model.as_ref().unwrap_or(wanted);
    let is_plain = query.phrases == 1 && asked.from.is_none() && !narrow.narrows();
    let phrases = Wanted {
        columns: &COLUMNS,
        scored: wanted.parts.len(),
        phrases: query.phrases,
        limit: usize::try_from(asked.limit).unwrap_or(usize::MAX),
        ids: asked.ids,
        allowed,
        plain: is_plain,
        at_once: is_plain && search.exact,
        before: asked.from.and_then(|from| from.corpus.clone().zip(Some(from.last))),
    };
    let ranking = Rc::new(RefCell::new(Ranking::new(phrases, ends)));
    let mut statement = db.prepare_cached(SQL.get("visit"))?;
    let mut found = statement.query(named_params! {
        ":visitor": Passed::new(&ranking), ":match": query.matching, ":first": first, ":last": last,
        ":model": search.model,
    })?;
    let (is_bounded, pages) = (!search.exact && asked.from.is_none(), fts5::pages(db)?);
    // What it costs to find the matches of a single word is told by their number.
    let is_word = query.phrases == 1 && wanted.parts[0].is_word();
    let mut ended = true;
    while ended && found.next()?.is_some() {
        if ranking.borrow().done {
            break;
        }
        let (seen, foreign) = (ranking.borrow().seen, ranking.borrow().foreign);
        let is_long = !is_word
            && seen >= asked.limit.max(ENOUGH)
            && seen % ENOUGH == 0
            && fts5::pages(db)? - pages > search.pages;
        ended = !foreign && !(is_bounded && (seen > search.window || is_long));
    }
    drop(found);
    let mut ranking = ranking.borrow_mut();
    if ranking.foreign {
        return Ok(None);
    }
    let (best, corpus) = ranking.take(ended).unzip();
    let mut get = db.prepare_cached(SQL.get("get"))?;
    let mut rows = Vec::new();
    for found in best.unwrap_or_default() {
        let row = get.query_row(named_params! {":id": found.id}, conversation)?;
        rows.push((row, found.score));
    }
    let oldest = if ended { oldest } else { ranking.reached };
    Ok(Some(Ranked { rows, complete: oldest == i64::MIN, oldest, newest: asked.newest, corpus }))
}

/// The same by SQLite's own `bm25()`, which takes every match's size and every phrase's count.
///
/// A further page takes the last row's score anew: scores move a little while rows are added, the order hardly does.
fn best_by_sqlite(db: &Connection, asked: &Asked<'_>) -> Attempt<Ranked> {
    let narrow = Narrow::of(asked.search);
    let last = asked.from.map(|from| from.last);
    let (last_id, last_score) = (last.map(|last| last.id), last.map(|last| 0.0 - last.score));
    let (filtered, bound) = (narrow.narrows(), asked.window().saturating_add(1));
    let mut values = narrow.values();
    let more: [(&str, &dyn ToSql); 7] = [
        (":match", &asked.wanted.matching),
        (":newest", &asked.newest),
        (":filtered", &filtered),
        (":bound", &bound),
        (":last_id", &last_id),
        (":last_score", &last_score),
        (":limit", &asked.limit),
    ];
    values.extend(more);
    let mut statement = db.prepare_cached(SQL.get("search_relevance"))?;
    let mut found = statement.query(&*values)?;
    let (mut rows, mut matches) = (Vec::new(), 0);
    while let Some(row) = found.next()? {
        rows.push((conversation(row)?, 0.0 - row.get::<_, f64>(10)?));
        matches = row.get::<_, i64>(11)?;
    }
    Ok(Ranked {
        rows,
        complete: matches <= asked.window(),
        oldest: i64::MIN,
        newest: asked.newest,
        corpus: None,
    })
}
