//! Counts of the exchanges, grouped by model or by day.

use crate::error::Result;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// The most used model first.
    Model,
    /// Days of UTC, the first one first.
    Day,
}

/// The exchanges of one group. `text_bytes` is the size of their prompts and responses in UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub conversations: i64,
    pub threads: i64,
    pub text_bytes: i64,
}

impl ConversationStore {
    pub fn grouped(&self, grouping: Grouping) -> Result<Vec<Group>> {
        let name = match grouping {
            Grouping::Model => "stats_by_model",
            Grouping::Day => "stats_by_day",
        };
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get(name))?;
            let groups = statement.query_map([], |row| {
                Ok(Group {
                    name: row.get(0)?,
                    conversations: row.get(1)?,
                    threads: row.get(2)?,
                    text_bytes: row.get(3)?,
                })
            })?;
            Ok(groups.collect::<rusqlite::Result<_>>()?)
        })
    }
}
