//! `ConversationStore::search`: parses the query, runs it by relevance or by time, and adds the snippets.

use crate::error::Result;
use crate::search::query::{Part, parse};
use crate::search::snippet::snippet;
use crate::stores::conversations::format::{FIELDS, PENDING_INDEX};
use crate::stores::conversations::records::{Conversation, Hit, Order, Search, SearchPage};
use crate::stores::conversations::{ConversationStore, recent, relevance};
use crate::stores::values::checked_limit;

impl ConversationStore {
    /// One page of the matches of `query`, whose language is described in `search::query`; every text is a valid query.
    ///
    /// A query without required terms is ordered by time. The page is not complete if it ranks only the newest of more
    /// than `max_ranked` matches, or if stored rows are not indexed yet.
    pub fn search(&self, query: &str, search: &Search) -> Result<SearchPage> {
        let is_indexed = !self.db.read(|db| Ok(PENDING_INDEX.has_rows(db)?))?;
        let limit = checked_limit(search.limit)?;
        let query = parse(query, &FIELDS);
        let epoch = self.db.interrupt_epoch();
        let page = if query.expression.is_some() && search.order == Order::Relevance {
            relevance::search(&self.db, &query, search, limit, epoch)?
        } else {
            recent::search(&self.db, &query, search, limit)?
        };
        let hits = page.rows.into_iter().map(|row| self.hit(row, &query.parts, epoch));
        Ok(SearchPage {
            hits: hits.collect::<Result<_>>()?,
            next_cursor: page.next_cursor,
            complete: page.complete && is_indexed,
        })
    }

    fn hit(&self, (conversation, score): (Conversation, f64), parts: &[Part], epoch: i64) -> Result<Hit> {
        self.db.check_interrupt(epoch)?;
        // Of two equal windows that of the response is used: users see the prompt anyway.
        let texts = [("response", &*conversation.response), ("prompt", &*conversation.prompt)];
        let (snippet, highlights) = snippet(&texts, parts);
        Ok(Hit { conversation, score, snippet, highlights })
    }
}
