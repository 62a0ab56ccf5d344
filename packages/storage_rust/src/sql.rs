//! The SQL statements in `sql/*.sql`, by name.

use std::collections::HashMap;
use std::sync::LazyLock;

pub const CONVERSATIONS_SCHEMA: &str = include_str!("../sql/conversations.schema.sql");
pub const CONVERSATIONS_2: &str = include_str!("../sql/conversations.2.sql");
pub const CONVERSATIONS_SALVAGE: &str = include_str!("../sql/conversations.salvage.sql");
pub const PLACES_SALVAGE: &str = include_str!("../sql/places.salvage.sql");
pub const CONVERSATIONS_3: &str = include_str!("../sql/conversations.3.sql");
pub const PLACES_3: &str = include_str!("../sql/places.3.sql");
pub const PLACES_2: &str = include_str!("../sql/places.2.sql");
pub const PLACES_SCHEMA: &str = include_str!("../sql/places.schema.sql");

/// The statements of one file, by the names in their `-- name:` lines.
pub struct Statements {
    names: Vec<&'static str>,
    texts: HashMap<&'static str, &'static str>,
}

impl Statements {
    pub(crate) fn read(file: &'static str) -> Self {
        let sections = file.split("-- name: ").skip(1).filter_map(|section| section.split_once('\n'));
        let statements: Vec<_> = sections.map(|(name, body)| (name.trim(), body.trim())).collect();
        Self {
            names: statements.iter().map(|(name, _)| *name).collect(),
            texts: statements.into_iter().collect(),
        }
    }

    /// Panics if the file has no such statement; the tests of the stores run every statement.
    pub fn get(&self, name: &str) -> &'static str {
        self.texts[name]
    }

    pub(crate) fn in_order(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.names.iter().map(|name| (*name, self.texts[name]))
    }
}

pub static CONVERSATIONS: LazyLock<Statements> =
    LazyLock::new(|| Statements::read(include_str!("../sql/conversations.sql")));
pub static HISTORY: LazyLock<Statements> =
    LazyLock::new(|| Statements::read(include_str!("../sql/history.sql")));
pub static BOOKMARKS: LazyLock<Statements> =
    LazyLock::new(|| Statements::read(include_str!("../sql/bookmarks.sql")));
