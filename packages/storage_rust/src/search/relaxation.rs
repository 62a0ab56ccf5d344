//! Planning a search whose words need not all match: which words count, and which of them select the rows to rank.
//!
//! A row must have `min_words` of the `words`. Each such row has one of the rarest `words.len() - min_words + 1` words, so
//! these are the candidates that select rows. If they are in more rows than the budget allows, the rarest alone are.

use super::function_words::is_informative;
use super::loose_query::LooseQuery;
use super::query::{Part, PartKind};
use super::ranking::Coverage;

/// Further words of a query, as of a pasted page, are ignored.
const MAX_WORDS: usize = 64;
/// A word in more than this share of the rows says nothing about a row.
const COMMON_SHARE: f64 = 0.25;
/// With more words than this, fewer rows are ranked.
const FREE_WORDS: f64 = 4.0;
/// In fewer rows than this, frequencies say nothing.
const MIN_ROWS: f64 = 16.0;

/// Which words of a query must match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchMode {
    /// All; if few rows have all words, rows with most of the informative words follow.
    Auto,
    #[default]
    All,
    Any,
}

impl MatchMode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::All => "all",
            Self::Any => "any",
        }
    }
}

/// A word of a plan: its index in `LooseQuery::optional`, and about how many rows have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Word {
    pub index: usize,
    pub frequency: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The words that count, rarest first.
    pub words: Vec<Word>,
    /// How many of them, the first ones, select rows.
    pub candidates: usize,
    pub min_words: usize,
    /// The candidates select all rows that match.
    pub is_complete: bool,
}

impl Plan {
    /// Rows with any word; None if no row has one. `rows` is about the number of rows, `budget` how many rows the
    /// candidates may select, and `frequency` counts the rows with a word.
    pub fn any<E>(
        query: &LooseQuery,
        rows: f64,
        budget: f64,
        frequency: impl FnMut(&Part) -> Result<f64, E>,
    ) -> Result<Option<Self>, E> {
        let words = known_words(query, |_| true, frequency)?;
        let Some(mut plan) = Self::new(words, 1, budget) else { return Ok(None) };
        // Common words that select no rows hardly change their order.
        let mut at = 0;
        let candidates = plan.candidates;
        plan.words.retain(|word| {
            at += 1;
            at <= candidates || !is_common(word, rows)
        });
        Ok(Some(plan))
    }

    /// Rows with at least half of the informative words that any row has; None if there are too few such words. Only the
    /// mandatory parts decide if they alone are informative.
    pub fn most<E>(
        query: &LooseQuery,
        rows: f64,
        budget: f64,
        frequency: impl FnMut(&Part) -> Result<f64, E>,
    ) -> Result<Option<Self>, E> {
        if !query.mandatory.is_empty() && !query.optional.iter().any(is_informative) {
            return Ok(Some(Self { words: Vec::new(), candidates: 0, min_words: 0, is_complete: true }));
        }
        let informative = informative_words(query);
        let mut words = known_words(query, |index| informative[index], frequency)?;
        let is_known = |index| words.iter().any(|word| word.index == index);
        // Pairs of characters across two words are unknown, too, so only whole words count as missing.
        let missing = query.optional.iter().enumerate().take(MAX_WORDS);
        let missing = missing
            .filter(|(n, part)| informative[*n] && part.kind != PartKind::Unspaced && !is_known(*n))
            .count();
        if words.iter().any(|word| !is_common(word, rows)) {
            words.retain(|word| !is_common(word, rows));
        }
        // Of a long question, a single word that is known by chance is not enough.
        let min_words = words.len().div_ceil(2).max((words.len() + missing).div_ceil(5));
        Ok(Self::new(words, min_words, budget))
    }

    /// Rows with an eighth of the words of another row.
    pub fn like(words: Vec<Word>, budget: f64) -> Option<Self> {
        let min_words = words.len().div_ceil(8);
        Self::new(words, min_words, budget)
    }

    fn new(mut words: Vec<Word>, min_words: usize, budget: f64) -> Option<Self> {
        if words.is_empty() || min_words > words.len() {
            return None;
        }
        words.sort_by(|a, b| a.frequency.total_cmp(&b.frequency).then(a.index.cmp(&b.index)));
        let budget = max_rows(budget, words.len());
        let needed = words.len() - min_words + 1;
        let mut selected = 0.0;
        let within_budget = words[..needed].iter().take_while(|word| {
            selected += word.frequency;
            selected <= budget
        });
        let candidates = within_budget.count().max(1);
        Some(Self { words, candidates, min_words, is_complete: candidates == needed })
    }

    /// The parts of the candidates, and those of the other words.
    pub fn parts(&self, query: &LooseQuery) -> (Vec<Part>, Vec<Part>) {
        let part = |word: &Word| query.optional[word.index].clone();
        let (candidates, others) = self.words.split_at(self.candidates);
        (candidates.iter().map(part).collect(), others.iter().map(part).collect())
    }

    pub fn coverage(&self, query: &LooseQuery, rows: f64) -> Coverage {
        let informative = informative_words(query);
        let weight = |word: &Word| {
            if informative[word.index] { rarity(word, rows) } else { 0.0 }
        };
        Coverage {
            first_phrase: query.mandatory.len(),
            frequencies: self.words.iter().map(|word| word.frequency).collect(),
            weights: self.words.iter().map(weight).collect(),
            min_phrases: self.min_words,
            ..Coverage::default()
        }
    }
}

/// How much a word tells about the rows that have it.
pub fn rarity(word: &Word, rows: f64) -> f64 {
    let others = rows.max(word.frequency) - word.frequency;
    (1.0 + (others + 0.5) / (word.frequency + 0.5)).ln()
}

/// How many rows are ranked by many words: reading their positions is most of the work.
pub fn max_rows(budget: f64, words: usize) -> f64 {
    budget * (FREE_WORDS / words as f64).min(1.0)
}

/// Which optional parts are informative; all, if none is.
fn informative_words(query: &LooseQuery) -> Vec<bool> {
    let informative: Vec<bool> = query.optional.iter().map(is_informative).collect();
    if informative.contains(&true) { informative } else { vec![true; informative.len()] }
}

/// The words that are in at least one row.
fn known_words<E>(
    query: &LooseQuery,
    counts: impl Fn(usize) -> bool,
    mut frequency: impl FnMut(&Part) -> Result<f64, E>,
) -> Result<Vec<Word>, E> {
    let mut words = Vec::new();
    for (index, part) in query.optional.iter().enumerate().take(MAX_WORDS) {
        if counts(index) {
            words.push(Word { index, frequency: frequency(part)? });
        }
    }
    words.retain(|word| word.frequency > 0.0);
    Ok(words)
}

pub fn is_common(word: &Word, rows: f64) -> bool {
    rows >= MIN_ROWS && word.frequency > COMMON_SHARE * rows
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::loose_query::{LooseQuery, parse_loosely};
    use super::super::query::{Field, Part};
    use super::Plan;

    static FIELDS: [Field; 1] = [Field { name: "", words: &["text"], grams: &["grams"] }];

    fn frequency(part: &Part) -> f64 {
        match &*part.texts[0] {
            "capital" => 40.0,
            "Peru" => 3.0,
            "common" => 900.0,
            "the" | "is" => 999.0,
            _ => 0.0,
        }
    }

    fn most(query: &LooseQuery) -> Option<Plan> {
        let Ok(plan) = Plan::most(query, 1000.0, 1e4, |part| Ok::<_, Infallible>(frequency(part)));
        plan
    }

    fn words(query: &LooseQuery, plan: Option<Plan>) -> Vec<String> {
        let plan = plan.expect("a plan");
        plan.words.iter().map(|word| query.optional[word.index].texts[0].clone()).collect()
    }

    #[test]
    fn informative_words_count_and_the_rarest_select() {
        let query = parse_loosely("What is the common capital of Peru?", &FIELDS);
        let plan = most(&query);
        assert_eq!(words(&query, plan.clone()), ["Peru", "capital"]);
        assert_eq!(plan.map(|plan| (plan.candidates, plan.min_words, plan.is_complete)), Some((2, 1, true)));
        let Ok(plan) = Plan::any(&query, 1000.0, 50.0, |part| Ok::<_, Infallible>(frequency(part)));
        assert_eq!(words(&query, plan.clone()), ["Peru", "capital"]);
        assert!(plan.is_some_and(|plan| !plan.is_complete));
    }

    #[test]
    fn unknown_words_select_nothing() {
        let query = parse_loosely("Where is the weather station?", &FIELDS);
        assert_eq!(most(&query), None);
    }
}
