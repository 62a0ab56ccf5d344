//! The format of the conversations file and the fields of its searches.

use crate::db::format::Format;
use crate::db::pending_index::PendingIndex;
use crate::salvage::recoverable::Recoverable;
use crate::salvage::row_pattern::RowPattern;
use crate::search::query::Field;
use crate::sql;

pub const SCHEMA_VERSION: i64 = 3;

pub const PENDING_INDEX: PendingIndex =
    PendingIndex { table: "conversations_fts", statements: &sql::CONVERSATIONS };

pub static CONVERSATIONS: Recoverable = Recoverable {
    format: Format {
        name: "conversations",
        application_id: 0x4D42_6376, // MBcv
        version: SCHEMA_VERSION,
        schema: sql::CONVERSATIONS_SCHEMA,
        migrations: &[(2, sql::CONVERSATIONS_2), (3, sql::CONVERSATIONS_3)],
        indexes: &["conversations_fts"],
        probe: "SELECT (SELECT max(id) FROM conversations), (SELECT count(*) FROM conversations_fts_config)",
        idle_merged: &["conversations_fts"],
        pending_index: Some(PENDING_INDEX),
    },
    patterns: &[
        RowPattern { table: "threads", columns: "-tmm", max_columns: 4 },
        RowPattern { table: "conversations", columns: "-kKmtttTao", max_columns: 99 },
        RowPattern { table: "import_fingerprints", columns: "bK", max_columns: 2 },
    ],
    statements: sql::CONVERSATIONS_SALVAGE,
};

pub static FIELDS: [Field; 6] = [
    Field {
        name: "",
        words: &["prompt", "response", "messages_text"],
        grams: &["prompt_grams", "response_grams", "messages_grams"],
    },
    Field { name: "prompt", words: &["prompt"], grams: &["prompt_grams"] },
    Field { name: "response", words: &["response"], grams: &["response_grams"] },
    Field { name: "model", words: &["model"], grams: &["model_grams"] },
    Field { name: "tag", words: &["tags"], grams: &["tags_grams"] },
    Field { name: "url", words: &["url"], grams: &["url_grams"] },
];
