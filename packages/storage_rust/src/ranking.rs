//! The best matches of a query by BM25, as SQLite's `bm25()` reckons it, in one pass over the index.
//!
//! Two things of `bm25()` are dear at a million rows, and neither is needed to know which matches are best:
//!
//! - the size of every match, a look-up each. A row is no shorter than the last place where it matches, which the index
//!   has told already: a match that even at that size is not among the best is passed over;
//! - in how many rows each phrase is, counted to the end. Beyond `COUNTED` the rest is estimated from the ids over which
//!   so many were spread.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use rusqlite::Result;

use crate::fts5::{Match, Visitor, interrupted};

const K1: f64 = 1.2;
const B: f64 = 0.75;
/// What a phrase weighs at least, even one that is in more than half of the rows.
const LEAST_WEIGHT: f64 = 1e-6;
/// Rows in which a phrase is that are counted before the rest is estimated.
const COUNTED: u64 = 4096;
/// Matches between two looks whether to go on, where SQLite does not look.
const LOOK: i64 = 1024;
/// Columns of an index, at most.
const COLUMNS: usize = 10;

/// Better is greater: a higher score, then a later row.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    pub score: f64,
    pub id: i64,
}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(self.id.cmp(&other.id))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scored {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Scored {}

/// What is asked of a ranking.
#[derive(Debug)]
pub struct Wanted {
    pub columns: &'static [f64],
    /// Phrases that count, the first of the query, and phrases in all.
    pub scored: usize,
    pub phrases: usize,
    pub limit: usize,
    /// The first and the last id of the table.
    pub ids: (i64, i64),
    /// The ids that a filter leaves, in ascending order.
    pub allowed: Option<Vec<i64>>,
    /// Every row with the one phrase is visited, if not enough of them, so that they need not be counted first.
    pub plain: bool,
    /// Visit all rows with the one phrase at the first call, past the SQL engine.
    pub at_once: bool,
    /// For a further page: what the first was scored with, and its last row, below which this one begins.
    pub before: Option<(Corpus, Scored)>,
}

/// What scores depend on beside the match. A page that goes on with it orders rows as the one before did, whatever was
/// added meanwhile.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// Words in a row.
    pub average_size: f64,
    /// Of each phrase; rare ones weigh more.
    pub weights: Vec<f64>,
}

/// Positions of a phrase in one column of a row, which come together: added up here first, not each in memory.
#[derive(Clone, Copy, Default)]
struct Stretch {
    column: usize,
    count: i32,
    /// Words up to the last position, and with it.
    end: i32,
}

/// Visits matches by descending id.
pub struct Ranking {
    wanted: Wanted,
    /// Asked now and then; true ends the visit as an interrupt does.
    ends: Box<dyn FnMut() -> bool>,
    /// Of the allowed ids, those that may still come.
    left: usize,
    best: BinaryHeap<Reverse<Scored>>,
    corpus: Option<Corpus>,
    /// Rows in the index, once it has been asked.
    rows: f64,
    frequencies: Vec<f64>,
    /// Matches that passed the filter, and the id of the last one.
    pub seen: i64,
    pub reached: i64,
    /// Only what is worse than this counts.
    after: Option<Scored>,
    /// FTS5 has not made of the query what was expected: it has left out words that its tokenizer does not know.
    pub foreign: bool,
    /// All has been visited at once.
    pub done: bool,
}

impl Ranking {
    pub fn new(mut wanted: Wanted, ends: impl FnMut() -> bool + 'static) -> Self {
        let (corpus, after) = wanted.before.take().unzip();
        Self {
            best: BinaryHeap::with_capacity(wanted.limit.min(1000) + 1),
            frequencies: vec![0.0; wanted.scored],
            left: wanted.allowed.as_ref().map_or(0, Vec::len),
            wanted,
            ends: Box::new(ends),
            corpus,
            rows: 0.0,
            seen: 0,
            reached: 0,
            after,
            foreign: false,
            done: false,
        }
    }

    /// The best, in their order, and what they were scored with; nothing where nothing was found. `ended` where all
    /// matches have been visited.
    pub fn take(&mut self, ended: bool) -> Option<(Vec<Scored>, Corpus)> {
        let mut corpus = self.corpus.take()?;
        let best = std::mem::take(&mut self.best).into_sorted_vec();
        let mut best: Vec<Scored> = best.into_iter().map(|Reverse(found)| found).collect();
        if self.wanted.plain {
            let seen = self.seen as f64;
            let share = span(self.reached, self.wanted.ids.1) / span(self.wanted.ids.0, self.wanted.ids.1);
            let weight = weight(self.rows, if ended { seen } else { (seen / share).max(seen) });
            best.iter_mut().for_each(|found| found.score *= weight);
            corpus.weights = vec![weight];
        }
        Some((best, corpus))
    }

    fn corpus(&mut self, found: &Match<'_>) -> Result<Corpus> {
        self.rows = found.rows()? as f64;
        let mut weights = vec![1.0; self.wanted.scored];
        if !self.wanted.plain {
            let (first, last) = self.wanted.ids;
            for (phrase, weight) in weights.iter_mut().enumerate() {
                let (count, id) = found.count(phrase, COUNTED)?;
                let counted = count as f64;
                let all =
                    if count < COUNTED { counted } else { counted / span(first, id) * span(first, last) };
                *weight = self::weight(self.rows, all.clamp(counted, self.rows.max(counted)));
            }
        }
        Ok(Corpus { average_size: found.words()? as f64 / self.rows, weights })
    }

    fn score(&self, corpus: &Corpus, size: f64) -> f64 {
        let length = K1 * (1.0 - B + B * size / corpus.average_size);
        let phrase =
            |(weight, &frequency): (&f64, &f64)| weight * (frequency * (K1 + 1.0) / (frequency + length));
        corpus.weights.iter().zip(&self.frequencies).map(phrase).sum()
    }

    fn allows(&mut self, id: i64) -> bool {
        let Some(allowed) = &self.wanted.allowed else { return true };
        while self.left > 0 && allowed[self.left - 1] > id {
            self.left -= 1;
        }
        self.left > 0 && allowed[self.left - 1] == id
    }

    /// Whether anything at this place would be kept.
    fn is_welcome(&self, found: Scored) -> bool {
        self.best.len() < self.wanted.limit || self.best.peek().is_some_and(|Reverse(worst)| found > *worst)
    }
}

impl Visitor for Ranking {
    fn visit(&mut self, found: &Match<'_>) -> Result<()> {
        if self.seen == 0 && !self.foreign {
            self.foreign = found.phrases()? != self.wanted.phrases;
        }
        if self.foreign || self.done {
            return Ok(());
        }
        if !self.wanted.at_once {
            return self.rank(found);
        }
        found.each_with(0, |found| {
            if self.seen % LOOK == 0 && (self.ends)() {
                return Err(interrupted());
            }
            self.rank(found)?;
            Ok(true)
        })?;
        self.done = true;
        Ok(())
    }
}

impl Ranking {
    fn rank(&mut self, found: &Match<'_>) -> Result<()> {
        let id = found.id()?;
        if !self.allows(id) {
            return Ok(());
        }
        let corpus = match self.corpus.take() {
            Some(corpus) => corpus,
            None => self.corpus(found)?,
        };
        self.seen += 1;
        self.reached = id;
        let mut ends = [0; COLUMNS];
        for (phrase, frequency) in self.frequencies.iter_mut().enumerate() {
            *frequency = 0.0;
            let mut here = Stretch::default();
            let mut add = |passed: Stretch| {
                *frequency +=
                    self.wanted.columns.get(passed.column).unwrap_or(&1.0) * f64::from(passed.count);
                if let Some(end) = ends.get_mut(passed.column) {
                    *end = passed.end.max(*end);
                }
            };
            found.positions(phrase, |column, word| {
                if column != here.column {
                    add(here);
                    here = Stretch { column, ..Stretch::default() };
                }
                here.count += 1;
                here.end = word.saturating_add(1);
            })?;
            add(here);
        }
        let least_size: i64 = ends.iter().copied().map(i64::from).sum();
        if self.is_welcome(Scored { score: self.score(&corpus, least_size as f64), id }) {
            let scored = Scored { score: self.score(&corpus, f64::from(found.size()?)), id };
            if self.after.is_none_or(|after| scored < after) && self.is_welcome(scored) {
                self.best.push(Reverse(scored));
                if self.best.len() > self.wanted.limit {
                    self.best.pop();
                }
            }
        }
        self.corpus = Some(corpus);
        Ok(())
    }
}

/// The inverse document frequency.
fn weight(rows: f64, found: f64) -> f64 {
    let weight = ((rows - found + 0.5) / (found + 0.5)).ln();
    if weight > 0.0 { weight } else { LEAST_WEIGHT }
}

fn span(first: i64, last: i64) -> f64 {
    (last as f64 - first as f64 + 1.0).max(1.0)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use rusqlite::{Connection, ErrorCode, named_params};

    use super::{Ranking, Wanted};
    use crate::fts5::{Passed, register};

    fn visited(ends: impl FnMut() -> bool + 'static) -> rusqlite::Result<i64> {
        let db = Connection::open_in_memory()?;
        register(&db)?;
        db.execute_batch(
            "CREATE VIRTUAL TABLE texts USING fts5 (text);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO texts SELECT 'word ' || i FROM n;",
        )?;
        let wanted = Wanted {
            columns: &[1.0],
            scored: 1,
            phrases: 1,
            limit: 20,
            ids: (1, 3000),
            allowed: None,
            plain: true,
            at_once: true,
            before: None,
        };
        let ranking = Rc::new(RefCell::new(Ranking::new(wanted, ends)));
        let sql = "SELECT visit(texts, :visitor) FROM texts WHERE texts MATCH 'word' LIMIT 1";
        db.prepare(sql)?.query(named_params! {":visitor": Passed::new(&ranking)})?.next()?;
        let seen = ranking.borrow().seen;
        Ok(seen)
    }

    #[test]
    fn one_call_visits_all_and_can_be_ended_within() {
        assert_eq!(visited(|| false), Ok(3000));
        let mut asked = 0;
        let ended = visited(move || {
            asked += 1;
            asked > 2
        });
        assert_eq!(
            ended.expect_err("an interrupt").sqlite_error_code(),
            Some(ErrorCode::OperationInterrupted)
        );
    }
}
