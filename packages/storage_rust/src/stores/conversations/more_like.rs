//! `ConversationStore::more_like`: the informative words of a row as a query.

use std::collections::HashSet;

use crate::error::{Error, Result};
use crate::search::function_words::is_informative;
use crate::search::loose_query::{LooseQuery, words_of};
use crate::search::query::Part;
use crate::search::ranking::span;
use crate::search::relaxation::{MatchMode, Plan, Word, is_common, rarity};
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::format::FIELDS;
use crate::stores::conversations::records::{Conversation, FoundRows, Search, SearchPage};
use crate::stores::conversations::relaxed::index;
use crate::stores::relaxed::{Found, Position, Request, frequency, rank};
use crate::stores::values::checked_limit;

/// The beginning of each text that is read, in characters.
const MAX_CHARS: usize = 20_000;
/// The most frequent words of the row whose rows are counted, and the most informative of these, which are searched.
const COUNTED_WORDS: usize = 40;
const SEARCHED_WORDS: usize = 16;
/// How many copies of the row may be among the best matches; they are left out.
const MAX_COPIES: usize = 1_000;

impl ConversationStore {
    /// The rows that share informative words with the row `id`, best first, without that row and its exact copies.
    pub fn more_like(&self, id: i64, limit: i64) -> Result<SearchPage> {
        let limit = usize::try_from(checked_limit(limit)?).unwrap_or(usize::MAX);
        let epoch = self.db.interrupt_epoch();
        let original =
            self.get(id)?.ok_or_else(|| Error::invalid(format!("There is no conversation {id}")))?;
        let (rows, parts) = self.db.read(|db| {
            let ids: (i64, i64) =
                db.prepare_cached(SQL.get("ids"))?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let rows = span(ids.0, ids.1);
            let index = index();
            let counts = frequent_words(&original);
            let mut words = Vec::new();
            for (n, (part, _)) in counts.iter().enumerate() {
                let word = Word { index: n, frequency: frequency(db, &index, part, ids)? };
                if word.frequency > 1.0 {
                    words.push(word);
                }
            }
            let max_ranked = Search::default().max_ranked;
            let words = most_informative(words, &counts, rows);
            let Some(plan) = Plan::like(words, max_ranked as f64) else { return Ok(Default::default()) };
            let request = Request {
                query: LooseQuery::of_words(counts.into_iter().map(|(part, _)| part).collect()),
                mode: MatchMode::Any,
                is_unordered: false,
                limit: limit + MAX_COPIES,
                max_ranked: Some(max_ranked),
                allowed: None,
                params: vec![(":model", &None::<String>)],
            };
            let position = Position::first(plan, ids.1, vec![id]);
            let Some(found) = rank(db, &index, request, Some(position), Vec::new())? else {
                return Ok(Default::default());
            };
            let Found { rows: best, parts, is_complete, .. } = found;
            let mut rows = Vec::new();
            let mut get = db.prepare_cached(SQL.get("get"))?;
            for scored in best {
                let row = get.query_row([scored.id], Conversation::from_row)?;
                let is_copy = row.prompt == original.prompt && row.response == original.response;
                if !is_copy && rows.len() < limit {
                    rows.push((row, scored.score));
                }
                if rows.len() == limit {
                    break;
                }
            }
            Ok((FoundRows { rows, next_cursor: None, complete: is_complete }, parts))
        })?;
        self.page(rows, &parts, MatchMode::Any, epoch)
    }
}

/// The most frequent informative words of a row with how often they are in it; those of the prompt count twice.
fn frequent_words(row: &Conversation) -> Vec<(Part, usize)> {
    let mut counts: Vec<(Part, usize)> = Vec::new();
    let beginning = |text: &str| text.chars().take(MAX_CHARS).collect::<String>();
    let prompt = words_of(&beginning(&row.prompt), &FIELDS[0]);
    let in_prompt: HashSet<Part> = prompt.iter().map(|(part, _)| part.clone()).collect();
    let response = words_of(&beginning(&row.response), &FIELDS[0]);
    counts.extend(prompt.into_iter().map(|(part, count)| (part, 2 * count)));
    for (part, count) in response {
        if in_prompt.contains(&part) {
            if let Some(known) = counts.iter_mut().find(|known| known.0 == part) {
                known.1 += count;
            }
        } else {
            counts.push((part, count));
        }
    }
    counts.retain(|(part, _)| is_informative(part));
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(COUNTED_WORDS);
    counts
}

fn most_informative(mut words: Vec<Word>, counts: &[(Part, usize)], rows: f64) -> Vec<Word> {
    if words.iter().any(|word| !is_common(word, rows)) {
        words.retain(|word| !is_common(word, rows));
    }
    let value = |word: &Word| {
        let count = counts[word.index].1 as f64;
        rarity(word, rows) * count / (count + 1.2)
    };
    words.sort_by(|a, b| value(b).total_cmp(&value(a)));
    words.truncate(SEARCHED_WORDS);
    words
}
