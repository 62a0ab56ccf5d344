//! The filters of a search.

use rusqlite::{Connection, ToSql, named_params};

use crate::conversations::FIELDS;
use crate::query::Query;
use crate::sql::CONVERSATIONS as SQL;
use crate::values::Search;

pub struct Narrow<'a> {
    search: &'a Search,
    url_last: Option<String>,
}

impl<'a> Narrow<'a> {
    pub fn of(search: &'a Search) -> Self {
        Self { search, url_last: search.url_prefix.as_ref().map(|prefix| format!("{prefix}\u{10ffff}")) }
    }

    pub fn narrows(&self) -> bool {
        self.search.model.is_some() || self.is_indexed()
    }

    fn is_indexed(&self) -> bool {
        let Search { tag, thread_id, url_prefix, since, until, .. } = self.search;
        tag.is_some() || thread_id.is_some() || url_prefix.is_some() || since.is_some() || until.is_some()
    }

    /// The query with the words of the model's name, which the index finds faster than the table the name.
    pub fn of_model(&self, wanted: &Query) -> Option<Query> {
        // Where words end in other scripts is for its tokenizer to say.
        let model = self.search.model.as_ref().filter(|model| model.is_ascii());
        model.and_then(|model| wanted.narrowed(model, "model", &FIELDS))
    }

    /// As the statements take them that filter by themselves.
    pub fn values(&self) -> Vec<(&'static str, &dyn ToSql)> {
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

    /// The rows that all filters but the model leave, ascending; none where no other is set.
    ///
    /// From indexes that hold all it takes: a small part of what it costs to look at each match.
    pub fn ids(&self, db: &Connection) -> rusqlite::Result<Option<Vec<i64>>> {
        let search = self.search;
        let mut left: Option<Vec<i64>> = None;
        let mut keep = |name: &str, values: &[(&str, &dyn ToSql)]| -> rusqlite::Result<()> {
            let mut statement = db.prepare_cached(SQL.get(name))?;
            let ids = statement.query_map(values, |row| row.get(0))?;
            let mut ids = ids.collect::<rusqlite::Result<Vec<i64>>>()?;
            ids.sort_unstable();
            match &mut left {
                Some(left) => left.retain(|id| ids.binary_search(id).is_ok()),
                None => left = Some(ids),
            }
            Ok(())
        };
        let (since, until) = (search.since.unwrap_or(i64::MIN), search.until);
        if let Some(thread) = search.thread_id {
            let values = named_params! {":thread_id": thread, ":since": since, ":until": until};
            keep("ids_in_thread", values)?;
        } else if search.since.is_some() || until.is_some() {
            keep("ids_by_time", named_params! {":since": since, ":until": until})?;
        }
        if let Some(tag) = &search.tag {
            keep("ids_by_tag", named_params! {":tag": tag})?;
        }
        if let Some(first) = &search.url_prefix {
            keep("ids_by_url", named_params! {":url_first": first, ":url_last": self.url_last})?;
        }
        Ok(left)
    }
}
