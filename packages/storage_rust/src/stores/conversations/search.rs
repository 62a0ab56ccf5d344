//! `ConversationStore::search`: parses the query, runs it by relevance or by time, and adds the snippets.

use crate::error::Result;
use crate::search::loose_query::{LooseQuery, parse_loosely};
use crate::search::query::{Part, Query, parse};
use crate::search::relaxation::MatchMode;
use crate::search::snippet::snippet as make_snippet;
use crate::stores::conversations::answer_file::complete_from_file;
use crate::stores::conversations::format::{FIELDS, PENDING_INDEX};
use crate::stores::conversations::queries::messages_text_of;
use crate::stores::conversations::records::{Conversation, FoundRows, Hit, Order, Search, SearchPage};
use crate::stores::conversations::{ConversationStore, recent, relaxed, relevance};
use crate::stores::relaxed::Position;
use crate::stores::values::checked_limit;

impl ConversationStore {
    /// One page of the matches of `query`, whose language is described in `search::query`; every text is a valid query.
    ///
    /// A query without required terms is ordered by time. The page is not complete if it ranks only the newest of more
    /// than `max_ranked` matches, or if stored rows are not indexed yet.
    pub fn search(&self, query: &str, search: &Search) -> Result<SearchPage> {
        let is_indexed = !self.db.read(|db| Ok(PENDING_INDEX.has_rows(db)?))?;
        let limit = checked_limit(search.limit)?;
        let epoch = self.db.interrupt_epoch();
        let mut page = self.find(query, search, limit, epoch)?;
        page.complete &= is_indexed;
        Ok(page)
    }

    fn find(&self, text: &str, search: &Search, limit: i64, epoch: i64) -> Result<SearchPage> {
        let query = parse(text, &FIELDS);
        let loose = if search.match_mode == MatchMode::All || query.expression.is_none() {
            LooseQuery::default()
        } else {
            parse_loosely(text, &FIELDS)
        };
        let is_relaxed = search.cursor.as_deref().is_some_and(Position::is_in);
        if search.match_mode == MatchMode::All || loose.optional.is_empty() {
            return self.find_all(&query, search, limit, epoch);
        }
        if is_relaxed || search.match_mode == MatchMode::Any {
            let position =
                search.cursor.as_deref().map(|cursor| Position::parse(cursor, &loose)).transpose()?;
            let found = relaxed::search(&self.db, loose, search, limit, position, Vec::new())?;
            let (rows, parts) = found.unwrap_or_default();
            return self.page(rows, &parts, MatchMode::Any, epoch);
        }
        let page = self.find_all(&query, search, limit, epoch)?;
        let is_full = i64::try_from(page.hits.len()) == Ok(limit);
        if is_full || search.cursor.is_some() || loose.optional == query.parts && query.parts.len() == 1 {
            return Ok(page);
        }
        self.fill(page, loose, search, limit, epoch)
    }

    /// Add rows with most of the informative words to the few that have all words.
    fn fill(
        &self,
        mut page: SearchPage,
        loose: LooseQuery,
        search: &Search,
        limit: i64,
        epoch: i64,
    ) -> Result<SearchPage> {
        let seen: Vec<i64> = match search.order {
            Order::Relevance => page.hits.iter().map(|hit| hit.conversation.id).collect(),
            Order::Recent => Vec::new(), // rows with all words are among those with most of them
        };
        let left = limit - i64::try_from(seen.len()).unwrap_or(limit);
        let Some((rows, parts)) = relaxed::search(&self.db, loose, search, left, None, seen)? else {
            return Ok(page);
        };
        if rows.rows.len() <= if search.order == Order::Recent { page.hits.len() } else { 0 } {
            return Ok(page);
        }
        let more = self.page(rows, &parts, MatchMode::Any, epoch)?;
        if search.order == Order::Recent {
            return Ok(more);
        }
        page.hits.extend(more.hits);
        Ok(SearchPage { hits: page.hits, ..more })
    }

    fn find_all(&self, query: &Query, search: &Search, limit: i64, epoch: i64) -> Result<SearchPage> {
        let rows = if query.expression.is_some() && search.order == Order::Relevance {
            relevance::search(&self.db, query, search, limit, epoch)?
        } else {
            recent::search(&self.db, query, search, limit)?
        };
        self.page(rows, &query.parts, MatchMode::All, epoch)
    }

    pub(super) fn page(
        &self,
        rows: FoundRows,
        parts: &[Part],
        match_mode: MatchMode,
        epoch: i64,
    ) -> Result<SearchPage> {
        let hits = rows.rows.into_iter().map(|row| self.hit(row, parts, epoch));
        Ok(SearchPage {
            hits: hits.collect::<Result<_>>()?,
            next_cursor: rows.next_cursor,
            complete: rows.complete,
            match_mode,
        })
    }

    fn hit(&self, (mut conversation, score): (Conversation, f64), parts: &[Part], epoch: i64) -> Result<Hit> {
        self.db.check_interrupt(epoch)?;
        complete_from_file(&self.db.path, &mut conversation);
        // Of two equal windows that of the response is used: users see the prompt anyway.
        let texts = [("response", &*conversation.response), ("prompt", &*conversation.prompt)];
        let (mut snippet, mut highlights) = make_snippet(&texts, parts);
        if highlights.is_empty()
            && let Some(text) = self.db.read(|db| Ok(messages_text_of(db, conversation.id)?))?
        {
            (snippet, highlights) = make_snippet(&[("messages", &*text)], parts);
        }
        Ok(Hit { conversation, score, snippet, highlights })
    }
}
