//! Counts of the exchanges, grouped by model, by day or by site.

use std::collections::{HashMap, HashSet};

use rusqlite::Row;

use crate::error::Result;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;
use crate::stores::history::urls::host_of;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// The most used model first.
    Model,
    /// Days of UTC, the first one first.
    Day,
    /// Hosts of the URLs, the most used first; an empty one for exchanges without a URL.
    Site,
}

/// The exchanges of one group. `text_bytes` is the size of their prompts and responses in UTF-8; the others are sums of
/// what was stored: tokens, US dollars and seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    pub name: String,
    pub conversations: i64,
    pub threads: i64,
    pub text_bytes: i64,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    pub cost: f64,
    pub duration: f64,
}

impl Group {
    /// From a name, a number that `threads` gets, and the sums.
    fn from_row(row: &Row<'_>, threads: usize, conversations: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(0)?,
            conversations: row.get(conversations)?,
            threads: row.get(threads)?,
            text_bytes: row.get(3)?,
            prompt_tokens: row.get(4)?,
            completion_tokens: row.get(5)?,
            cost: row.get(6)?,
            duration: row.get(7)?,
        })
    }

    fn add(&mut self, other: &Self) {
        self.conversations += other.conversations;
        self.text_bytes += other.text_bytes;
        self.prompt_tokens += other.prompt_tokens;
        self.completion_tokens += other.completion_tokens;
        self.cost += other.cost;
        self.duration += other.duration;
    }
}

impl ConversationStore {
    pub fn grouped(&self, grouping: Grouping) -> Result<Vec<Group>> {
        match grouping {
            Grouping::Model => self.groups("stats_by_model", 2, 1),
            Grouping::Day => self.groups("stats_by_day", 2, 1),
            Grouping::Site => Ok(by_site(&self.groups("stats_by_address", 1, 2)?)),
        }
    }

    fn groups(&self, statement: &str, threads: usize, conversations: usize) -> Result<Vec<Group>> {
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get(statement))?;
            let groups = statement.query_map([], |row| Group::from_row(row, threads, conversations))?;
            Ok(groups.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Group the exchanges of each address and thread, whose `threads` is the number of the thread.
fn by_site(addresses: &[Group]) -> Vec<Group> {
    let mut sites: HashMap<String, (Group, HashSet<i64>)> = HashMap::new();
    for address in addresses {
        let name = host_of(&address.name);
        let (site, threads) = sites.entry(name.clone()).or_default();
        site.name = name;
        site.add(address);
        threads.insert(address.threads);
    }
    let count = |(site, threads): (Group, HashSet<i64>)| Group {
        threads: i64::try_from(threads.len()).unwrap_or(i64::MAX),
        ..site
    };
    let mut groups: Vec<Group> = sites.into_values().map(count).collect();
    groups.sort_by(|a, b| b.conversations.cmp(&a.conversations).then_with(|| a.name.cmp(&b.name)));
    groups
}
