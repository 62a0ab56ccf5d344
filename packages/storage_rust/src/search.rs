//! Searching conversations: the query, its filters, its pages.

use crate::conversations::{ConversationStore, FIELDS, conversation, cut_to};
use crate::cursor::{self, Key};
use crate::error::Result;
use crate::query::{Part, parse};
use crate::snippet::snippet;
use crate::sql::CONVERSATIONS as SQL;
use crate::values::{Conversation, Hit, Order, Search, SearchPage, checked_limit};

/// Matches, the newest, that a search ranks unless it is exact.
pub const RANKED: i64 = 20_000;

impl ConversationStore {
    pub(crate) fn search_index(&self, query: &str, search: &Search) -> Result<SearchPage> {
        let limit = checked_limit(search.limit)?;
        let wanted = parse(query, &FIELDS);
        let mark = self.db.interrupt_mark();
        if let Some(matching) = wanted.matching.as_deref().filter(|_| search.order == Order::Relevance) {
            return self.ranked(matching, &wanted.parts, search, limit, mark);
        }
        self.newest(&wanted, search, limit, mark)
    }

    fn ranked(
        &self,
        matching: &str,
        parts: &[Part],
        search: &Search,
        limit: i64,
        mark: i64,
    ) -> Result<SearchPage> {
        let from = search.cursor.as_deref().map(|cursor| cursor::ranked("ranked", cursor)).transpose()?;
        let narrow = Narrow::of(search);
        let filtered = narrow.narrows();
        let bound = if search.exact { i64::MAX } else { RANKED + 1 };
        let (last_id, last_score) = (from.map(|from| from.1), from.map(|from| from.2));
        let (newest, mut rows, matches) = self.db.read(|db| {
            let newest = match from {
                Some((newest, ..)) => newest,
                None => db.prepare_cached(SQL.get("newest_id"))?.query_row([], |row| row.get(0))?,
            };
            let last = limit + 1;
            let mut values = narrow.values();
            let more: [(&str, &dyn rusqlite::ToSql); 7] = [
                (":match", &matching),
                (":newest", &newest),
                (":filtered", &filtered),
                (":bound", &bound),
                (":last_id", &last_id),
                (":last_score", &last_score),
                (":limit", &last),
            ];
            values.extend(more);
            let mut statement = db.prepare_cached(SQL.get("search_relevance"))?;
            let mut found = statement.query(&*values)?;
            let (mut rows, mut matches) = (Vec::new(), 0);
            while let Some(row) = found.next()? {
                rows.push((conversation(row)?, row.get::<_, f64>(10)?));
                matches = row.get::<_, i64>(11)?;
            }
            Ok((newest, rows, matches))
        })?;
        let more = cut_to(&mut rows, limit);
        let next_cursor = rows.last().filter(|_| more).map(|(last, score)| {
            cursor::write("ranked", &[Key::Whole(newest), Key::Whole(last.id), Key::Float(*score)])
        });
        let hits = self.hits(rows.into_iter(), parts, mark)?;
        Ok(SearchPage { hits, next_cursor, complete: search.exact || matches <= RANKED })
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
            Ok(Hit { conversation, score: 0.0 - score, snippet, highlights })
        };
        rows.map(hit).collect()
    }
}

/// The filters of a search as its statements take them.
pub(crate) struct Narrow<'a> {
    search: &'a Search,
    url_last: Option<String>,
}

impl<'a> Narrow<'a> {
    pub(crate) fn of(search: &'a Search) -> Self {
        Self { search, url_last: search.url_prefix.as_ref().map(|prefix| format!("{prefix}\u{10ffff}")) }
    }

    pub(crate) fn narrows(&self) -> bool {
        let Search { model, tag, thread_id, url_prefix, since, until, .. } = self.search;
        model.is_some()
            || tag.is_some()
            || thread_id.is_some()
            || url_prefix.is_some()
            || since.is_some()
            || until.is_some()
    }

    pub(crate) fn values(&self) -> Vec<(&'static str, &dyn rusqlite::ToSql)> {
        let search = self.search;
        vec![
            (":model", &search.model),
            (":tag", &search.tag),
            (":thread_id", &search.thread_id),
            (":since", &search.since),
            (":until", &search.until),
            (":url_first", &search.url_prefix),
            (":url_last", &self.url_last),
        ]
    }
}
