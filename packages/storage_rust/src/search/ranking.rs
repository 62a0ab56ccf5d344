//! The best matches of a query by BM25, in one pass over the index, with the formula of SQLite's `bm25()`.
//!
//! Two steps of `bm25()` are expensive at a million rows, and neither is needed to find the best matches:
//!
//! - the size of every match, a lookup each. A row is at least as long as the position of its last match, which is
//!   already known: a match that is not among the best even at that size is skipped;
//! - the number of rows with each phrase, counted to the end. Above `COUNT_LIMIT` the number is extrapolated from the
//!   range of ids in which that many rows were found.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use rusqlite::Result;

use super::fts5::{Match, Visitor, interrupted};

const K1: f64 = 1.2;
const B: f64 = 0.75;
/// The minimum weight of a phrase, for those that are in more than half of the rows.
const MIN_WEIGHT: f64 = 1e-6;
/// Rows with a phrase that are counted before the rest is extrapolated.
pub const COUNT_LIMIT: u64 = 4096;
/// Check for an interrupt after this many matches where SQLite does not.
const CHECK_INTERVAL: i64 = 1024;
/// The maximum number of columns of an index.
const MAX_COLUMNS: usize = 10;

/// A row and its score. The better one is greater: a higher score, then a later row.
#[derive(Clone, Copy, Debug)]
pub struct ScoredRow {
    pub score: f64,
    pub id: i64,
}

impl Ord for ScoredRow {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(self.id.cmp(&other.id))
    }
}

impl PartialOrd for ScoredRow {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ScoredRow {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ScoredRow {}

/// What to rank, and how many rows to return.
#[derive(Debug)]
pub struct RankingRequest {
    /// The weight of each column of the index.
    pub columns: &'static [f64],
    /// The number of phrases that count, which are the first of the query, and of all phrases.
    pub scored_phrases: usize,
    pub phrases: usize,
    pub limit: usize,
    /// The first and the last id of the table.
    pub id_range: (i64, i64),
    /// The ids that pass the filters, in ascending order.
    pub allowed: Option<Vec<i64>>,
    /// The query is a single phrase without filters: its rows are counted by visiting them.
    pub is_single_phrase: bool,
    /// Visit all rows of the single phrase in the first call, without the SQL engine.
    pub visits_all_at_once: bool,
    /// Rows need not have all phrases.
    pub coverage: Option<Coverage>,
    /// For a following page: the statistics of the first page, and the last row of the previous one.
    pub previous: Option<(CorpusStats, ScoredRow)>,
}

/// How many phrases a row must have, and how much each of them counts.
#[derive(Debug, Default)]
pub struct Coverage {
    /// The index of the first phrase that counts; the following ones are all others that are scored.
    pub first_phrase: usize,
    /// About how many rows have each of these phrases.
    pub frequencies: Vec<f64>,
    /// How much each of them counts.
    pub weights: Vec<f64>,
    pub min_phrases: usize,
    /// Rows to leave out, in ascending order.
    pub excluded: Vec<i64>,
    /// Scores are not needed.
    pub is_unscored: bool,
}

impl Coverage {
    /// The share of the weights of the phrases that a row has, or None if they are too few, or if the row is left out.
    fn share(&self, id: i64, frequencies: &[f64]) -> Option<f64> {
        if self.excluded.binary_search(&id).is_ok() {
            return None;
        }
        let (mut count, mut weight) = (0, 0.0);
        for (frequency, phrase_weight) in frequencies[self.first_phrase..].iter().zip(&self.weights) {
            if *frequency > 0.0 {
                count += 1;
                weight += phrase_weight;
            }
        }
        let total: f64 = self.weights.iter().sum();
        (count >= self.min_phrases).then(|| if total > 0.0 { weight / total } else { 1.0 })
    }
}

/// What scores depend on besides the match. Pages that share it have a consistent order even if rows are added.
#[derive(Clone, Debug)]
pub struct CorpusStats {
    /// The average number of tokens in a row.
    pub average_size: f64,
    /// The weight of each phrase; rare ones weigh more.
    pub weights: Vec<f64>,
}

/// The positions of a phrase in one column of a row. They arrive together and are added up here first.
#[derive(Clone, Copy, Default)]
struct ColumnHits {
    column: usize,
    count: i32,
    /// The number of tokens up to and including the last position.
    end: i32,
}

/// Visits matches by descending id and keeps the best.
pub struct Ranking {
    request: RankingRequest,
    /// Called regularly; true ends the visit like an interrupt.
    should_end: Box<dyn FnMut() -> bool>,
    /// How many of the allowed ids may still follow.
    allowed_left: usize,
    best: BinaryHeap<Reverse<ScoredRow>>,
    stats: Option<CorpusStats>,
    /// Rows in the index, once read.
    rows: f64,
    frequencies: Vec<f64>,
    /// The number of matches that passed the filter, and the id of the last one.
    pub matches: i64,
    pub last_id: i64,
    /// Only rows worse than this one are kept.
    previous: Option<ScoredRow>,
    /// FTS5 parsed other phrases than we did: its tokenizer ignored some characters.
    pub has_phrase_mismatch: bool,
    /// All rows were visited in one call.
    pub is_done: bool,
}

impl Ranking {
    pub fn new(mut request: RankingRequest, should_end: impl FnMut() -> bool + 'static) -> Self {
        let (stats, previous) = request.previous.take().unzip();
        Self {
            best: BinaryHeap::with_capacity(request.limit.min(1000) + 1),
            frequencies: vec![0.0; request.scored_phrases],
            allowed_left: request.allowed.as_ref().map_or(0, Vec::len),
            request,
            should_end: Box::new(should_end),
            stats,
            rows: 0.0,
            matches: 0,
            last_id: 0,
            previous,
            has_phrase_mismatch: false,
            is_done: false,
        }
    }

    /// The best rows in order and the statistics they were scored with, or None without a match. `is_complete` says
    /// whether all matches were visited.
    pub fn finish(&mut self, is_complete: bool) -> Option<(Vec<ScoredRow>, CorpusStats)> {
        let mut stats = self.stats.take()?;
        let best = std::mem::take(&mut self.best).into_sorted_vec();
        let mut best: Vec<ScoredRow> = best.into_iter().map(|Reverse(row)| row).collect();
        if self.request.is_single_phrase {
            let matches = self.matches as f64;
            let (first, last) = self.request.id_range;
            let visited_share = span(self.last_id, last) / span(first, last);
            let estimate = if is_complete { matches } else { (matches / visited_share).max(matches) };
            let weight = weight(self.rows, estimate);
            for row in &mut best {
                row.score *= weight;
            }
            stats.weights = vec![weight];
        }
        Some((best, stats))
    }

    fn read_stats(&mut self, row: &Match<'_>) -> Result<CorpusStats> {
        self.rows = row.rows()? as f64;
        let mut weights = vec![1.0; self.request.scored_phrases];
        if !self.request.is_single_phrase {
            let (first, last) = self.request.id_range;
            for (phrase, weight) in weights.iter_mut().enumerate() {
                let coverage = self.request.coverage.as_ref();
                let known = coverage.and_then(|coverage| {
                    coverage.frequencies.get(phrase.checked_sub(coverage.first_phrase)?)
                });
                let estimate = if let Some(known) = known {
                    known.min(self.rows)
                } else {
                    let (count, last_counted) = row.count(phrase, COUNT_LIMIT)?;
                    let counted = count as f64;
                    let estimate = estimate(count, last_counted, (first, last));
                    estimate.clamp(counted, self.rows.max(counted))
                };
                *weight = self::weight(self.rows, estimate);
            }
        }
        Ok(CorpusStats { average_size: row.words()? as f64 / self.rows, weights })
    }

    fn score(&self, stats: &CorpusStats, size: f64) -> f64 {
        let length = K1 * (1.0 - B + B * size / stats.average_size);
        let phrase =
            |(weight, &frequency): (&f64, &f64)| weight * (frequency * (K1 + 1.0) / (frequency + length));
        stats.weights.iter().zip(&self.frequencies).map(phrase).sum()
    }

    fn is_allowed(&mut self, id: i64) -> bool {
        let Some(allowed) = &self.request.allowed else { return true };
        while self.allowed_left > 0 && allowed[self.allowed_left - 1] > id {
            self.allowed_left -= 1;
        }
        self.allowed_left > 0 && allowed[self.allowed_left - 1] == id
    }

    /// Whether the row is among the best so far.
    fn is_among_best(&self, row: ScoredRow) -> bool {
        self.best.len() < self.request.limit || self.best.peek().is_some_and(|Reverse(worst)| row > *worst)
    }
}

impl Visitor for Ranking {
    fn visit(&mut self, row: &Match<'_>) -> Result<()> {
        if self.matches == 0 && !self.has_phrase_mismatch {
            self.has_phrase_mismatch = row.phrases()? != self.request.phrases;
        }
        if self.has_phrase_mismatch || self.is_done {
            return Ok(());
        }
        if !self.request.visits_all_at_once {
            return self.rank(row);
        }
        row.each_row_with(0, |row| {
            if self.matches % CHECK_INTERVAL == 0 && (self.should_end)() {
                return Err(interrupted());
            }
            self.rank(row)?;
            Ok(true)
        })?;
        self.is_done = true;
        Ok(())
    }
}

impl Ranking {
    fn rank(&mut self, row: &Match<'_>) -> Result<()> {
        let id = row.id()?;
        if !self.is_allowed(id) {
            return Ok(());
        }
        let stats = match self.stats.take() {
            Some(stats) => stats,
            None => self.read_stats(row)?,
        };
        self.matches += 1;
        self.last_id = id;
        let mut ends = [0; MAX_COLUMNS];
        for (phrase, frequency) in self.frequencies.iter_mut().enumerate() {
            *frequency = 0.0;
            let mut current = ColumnHits::default();
            let mut add = |hits: ColumnHits| {
                *frequency += self.request.columns.get(hits.column).unwrap_or(&1.0) * f64::from(hits.count);
                if let Some(end) = ends.get_mut(hits.column) {
                    *end = hits.end.max(*end);
                }
            };
            row.positions(phrase, |column, token| {
                if column != current.column {
                    add(current);
                    current = ColumnHits { column, ..ColumnHits::default() };
                }
                current.count += 1;
                current.end = token.saturating_add(1);
            })?;
            add(current);
        }
        let share = match &self.request.coverage {
            None => Some(1.0),
            Some(coverage) => coverage.share(id, &self.frequencies),
        };
        let Some(share) = share else {
            self.stats = Some(stats);
            return Ok(());
        };
        if self.request.coverage.as_ref().is_some_and(|coverage| coverage.is_unscored) {
            self.best.push(Reverse(ScoredRow { score: 0.0, id }));
            self.stats = Some(stats);
            return Ok(());
        }
        let min_size: i64 = ends.iter().copied().map(i64::from).sum();
        if self.is_among_best(ScoredRow { score: share * self.score(&stats, min_size as f64), id }) {
            let scored = ScoredRow { score: share * self.score(&stats, f64::from(row.size()?)), id };
            if self.previous.is_none_or(|previous| scored < previous) && self.is_among_best(scored) {
                self.best.push(Reverse(scored));
                if self.best.len() > self.request.limit {
                    self.best.pop();
                }
            }
        }
        self.stats = Some(stats);
        Ok(())
    }
}

/// About how many rows have a phrase, of which `count` were counted up to the row `last_counted`.
pub fn estimate(count: u64, last_counted: i64, (first, last): (i64, i64)) -> f64 {
    let counted = count as f64;
    if count < COUNT_LIMIT { counted } else { counted / span(first, last_counted) * span(first, last) }
}

/// The inverse document frequency.
fn weight(rows: f64, matches: f64) -> f64 {
    let weight = ((rows - matches + 0.5) / (matches + 0.5)).ln();
    if weight > 0.0 { weight } else { MIN_WEIGHT }
}

pub fn span(first: i64, last: i64) -> f64 {
    (last as f64 - first as f64 + 1.0).max(1.0)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use rusqlite::{Connection, ErrorCode, named_params};

    use super::super::fts5::{VisitorArgument, register};
    use super::{Ranking, RankingRequest};

    fn visited(should_end: impl FnMut() -> bool + 'static) -> rusqlite::Result<i64> {
        let db = Connection::open_in_memory()?;
        register(&db)?;
        db.execute_batch(
            "CREATE VIRTUAL TABLE texts USING fts5 (text);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO texts SELECT 'word ' || i FROM n;",
        )?;
        let request = RankingRequest {
            columns: &[1.0],
            scored_phrases: 1,
            phrases: 1,
            limit: 20,
            id_range: (1, 3000),
            allowed: None,
            is_single_phrase: true,
            visits_all_at_once: true,
            coverage: None,
            previous: None,
        };
        let ranking = Rc::new(RefCell::new(Ranking::new(request, should_end)));
        let sql = "SELECT visit(texts, :visitor) FROM texts WHERE texts MATCH 'word' LIMIT 1";
        db.prepare(sql)?.query(named_params! {":visitor": VisitorArgument::new(&ranking)})?.next()?;
        let matches = ranking.borrow().matches;
        Ok(matches)
    }

    #[test]
    fn one_call_visits_all_and_can_be_ended_within() {
        assert_eq!(visited(|| false), Ok(3000));
        let mut calls = 0;
        let ended = visited(move || {
            calls += 1;
            calls > 2
        });
        assert_eq!(
            ended.expect_err("an interrupt").sqlite_error_code(),
            Some(ErrorCode::OperationInterrupted)
        );
    }
}
