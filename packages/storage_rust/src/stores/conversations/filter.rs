//! The filters of a search of conversations.

use rusqlite::{Connection, ToSql, named_params};

use crate::search::query::Query;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::format::FIELDS;
use crate::stores::conversations::records::Search;

pub struct Filter<'a> {
    search: &'a Search,
    /// The end of the range of URLs with the prefix.
    url_last: Option<String>,
}

impl<'a> Filter<'a> {
    pub fn new(search: &'a Search) -> Self {
        Self { search, url_last: search.url_prefix.as_ref().map(|prefix| format!("{prefix}\u{10ffff}")) }
    }

    pub fn is_active(&self) -> bool {
        let Search { model, tag, thread_id, url_prefix, since, until, .. } = self.search;
        model.is_some()
            || tag.is_some()
            || thread_id.is_some()
            || url_prefix.is_some()
            || since.is_some()
            || until.is_some()
    }

    /// The query with the words of the model's name, which the full-text index finds faster than the table.
    pub fn with_model_words(&self, query: &Query) -> Option<Query> {
        // In other scripts only the tokenizer of the index knows where words end.
        let model = self.search.model.as_ref().filter(|model| model.is_ascii());
        model.and_then(|model| query.with_words(model, "model", &FIELDS))
    }

    /// The parameters of statements that filter in SQL.
    pub fn params(&self) -> Vec<(&'static str, &dyn ToSql)> {
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

    /// The ids of the rows that pass all filters except the model, in ascending order, or None without such a filter.
    ///
    /// They are read from covering indexes, which is much faster than testing each match.
    pub fn ids(&self, db: &Connection) -> rusqlite::Result<Option<Vec<i64>>> {
        let search = self.search;
        let mut allowed: Option<Vec<i64>> = None;
        let mut restrict = |name: &str, params: &[(&str, &dyn ToSql)]| -> rusqlite::Result<()> {
            let mut statement = db.prepare_cached(SQL.get(name))?;
            let ids = statement.query_map(params, |row| row.get(0))?;
            let mut ids = ids.collect::<rusqlite::Result<Vec<i64>>>()?;
            ids.sort_unstable();
            match &mut allowed {
                Some(allowed) => allowed.retain(|id| ids.binary_search(id).is_ok()),
                None => allowed = Some(ids),
            }
            Ok(())
        };
        let (since, until) = (search.since.unwrap_or(i64::MIN), search.until);
        if let Some(thread) = search.thread_id {
            let params = named_params! {":thread_id": thread, ":since": since, ":until": until};
            restrict("ids_in_thread", params)?;
        } else if search.since.is_some() || until.is_some() {
            restrict("ids_by_time", named_params! {":since": since, ":until": until})?;
        }
        if let Some(tag) = &search.tag {
            restrict("ids_by_tag", named_params! {":tag": tag})?;
        }
        if let Some(first) = &search.url_prefix {
            restrict("ids_by_url", named_params! {":url_first": first, ":url_last": self.url_last})?;
        }
        Ok(allowed)
    }
}
