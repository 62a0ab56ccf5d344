//! Completion in the address bar.

use std::cmp::Reverse;

use rusqlite::{Row, named_params};

use crate::error::Result;
use crate::search::query::{Field, parse_prefixes};
use crate::search::snippet::{PartFinder, snippet};
use crate::search::url_text::decode_url;
use crate::sql::HISTORY as SQL;
use crate::stores::history::HistoryStore;
use crate::stores::history::records::HistoryHit;
use crate::stores::values::checked_limit;

/// The pages with the highest frecency, which are tested first.
const BEST_PAGES: i64 = 1_000;
/// The most recently first visited matches among the other pages.
const RECENT_MATCHES: i64 = 1_000;

static FIELDS: [Field; 1] =
    [Field { name: "", words: &["title", "url"], grams: &["title_grams", "url_grams"] }];

impl HistoryStore {
    /// The pages that have, for each word of `text`, a word with that prefix in their title or URL, by frecency.
    ///
    /// An empty text returns the best pages. If the matches among the `BEST_PAGES` are fewer than `limit`, the
    /// `RECENT_MATCHES` are added.
    pub fn complete(&self, text: &str, limit: i64) -> Result<Vec<HistoryHit>> {
        let query = parse_prefixes(text, &FIELDS);
        let limit = checked_limit(limit)?;
        if query.matches_nothing {
            return Ok(Vec::new());
        }
        let mut hits = self.db.read(|db| {
            let max_hits = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut hits: Vec<HistoryHit> = Vec::new();
            let mut finder = PartFinder::new(&query.parts);
            let tested = if query.expression.is_some() { BEST_PAGES } else { limit };
            let mut statement = db.prepare_cached(SQL.get("best"))?;
            let mut best = statement.query(named_params! {":limit": tested})?;
            while let Some(row) = best.next()? {
                if has_all(&mut finder, row)? {
                    hits.push(HistoryHit::from_row(row)?);
                    if hits.len() == max_hits {
                        return Ok(hits);
                    }
                }
            }
            if let Some(expression) = &query.expression {
                let params = named_params! {":match": expression, ":bound": RECENT_MATCHES, ":limit": limit};
                let mut statement = db.prepare_cached(SQL.get("complete"))?;
                for recent in statement.query_map(params, HistoryHit::from_row)? {
                    let recent = recent?;
                    if !hits.iter().any(|hit| hit.id == recent.id) {
                        hits.push(recent);
                    }
                }
                hits.sort_by_key(|hit| Reverse((hit.frecency, hit.id)));
                hits.truncate(max_hits);
            }
            Ok(hits)
        })?;
        for hit in &mut hits {
            let texts = [("title", &*hit.title), ("url", &*hit.url)];
            (hit.snippet, hit.highlights) = snippet(&texts, &query.parts);
        }
        Ok(hits)
    }
}

/// Whether each part matches in the title or the URL, which are not copied: most pages do not match.
fn has_all(finder: &mut PartFinder<'_>, row: &Row<'_>) -> rusqlite::Result<bool> {
    let (title, url) = (row.get_ref(2)?.as_str()?, row.get_ref(1)?.as_str()?);
    Ok(finder.finds_all_in(&[title, &decode_url(url)]))
}
