//! Storing the pages and visits of other browsers. The file formats are handled elsewhere.

use std::collections::HashMap;

use rusqlite::{Connection, named_params};

use crate::error::Result;
use crate::search::grams::grams;
use crate::search::url_text::url_grams;
use crate::sql::HISTORY as SQL;
use crate::stores::frecency::rescore;
use crate::stores::history::urls::host_of;
use crate::stores::history::{HistoryStore, find_page, retitle};

/// A page with its visits: times, and whether the user typed the address.
#[derive(Clone, Debug)]
pub struct ImportedPage {
    pub url: String,
    pub title: String,
    pub visits: Vec<(i64, bool)>,
}

impl HistoryStore {
    /// Import the batches that `next` returns, up to an empty one; all or nothing. Returns how many pages got visits and
    /// how many had all of theirs. A stored page keeps its title. Fails if `interrupt` was called since `epoch`.
    pub fn import(
        &self,
        mut next: impl FnMut() -> Result<Vec<ImportedPage>>,
        epoch: i64,
    ) -> Result<(i64, i64)> {
        let (mut imported, mut skipped) = (0, 0);
        self.db.write_many(|db| {
            loop {
                let batch = next()?;
                self.db.check_interrupt(epoch)?;
                if batch.is_empty() {
                    return Ok(imported);
                }
                for page in &batch {
                    if import(db, page)? {
                        imported += 1;
                    } else {
                        skipped += 1;
                    }
                }
            }
        })?;
        self.db.replace_writer();
        Ok((imported, skipped))
    }
}

/// False if the page had all visits.
fn import(db: &Connection, page: &ImportedPage) -> rusqlite::Result<bool> {
    let Some(&(first_visit, _)) = page.visits.first() else { return Ok(false) };
    let mut stored = HashMap::new();
    let id = if let Some((id, stored_title)) = find_page(db, &page.url)? {
        if stored_title.is_empty() && !page.title.is_empty() {
            retitle(db, id, &page.title, &grams(&page.title))?;
        }
        stored = visit_times(db, id)?;
        id
    } else {
        db.prepare_cached(SQL.get("add_page"))?.execute(named_params! {
            ":url": page.url, ":host": host_of(&page.url), ":title": page.title, ":visited_at": first_visit,
            ":title_grams": grams(&page.title), ":url_grams": url_grams(&page.url),
        })?;
        db.last_insert_rowid()
    };
    let mut is_changed = false;
    for &(visited_at, typed) in &page.visits {
        match stored.get_mut(&visited_at) {
            Some(count) if *count > 0 => *count -= 1,
            _ => {
                db.prepare_cached(SQL.get("add_visit"))?
                    .execute(named_params! {":id": id, ":visited_at": visited_at, ":typed": typed})?;
                is_changed = true;
            }
        }
    }
    if is_changed {
        rescore(db, id)?;
    }
    Ok(is_changed)
}

/// How many visits of a page are stored for each time.
fn visit_times(db: &Connection, id: i64) -> rusqlite::Result<HashMap<i64, u32>> {
    let mut counts = HashMap::new();
    let mut statement = db.prepare_cached(SQL.get("visit_times"))?;
    let mut rows = statement.query(named_params! {":id": id})?;
    while let Some(row) = rows.next()? {
        *counts.entry(row.get(0)?).or_default() += 1;
    }
    Ok(counts)
}
