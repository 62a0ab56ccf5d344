//! The format of the places file, which has bookmarks and history.

use crate::db::format::Format;
use crate::salvage::recoverable::Recoverable;
use crate::salvage::row_pattern::RowPattern;
use crate::sql;

pub const SCHEMA_VERSION: i64 = 3;

pub static PLACES: Recoverable = Recoverable {
    format: Format {
        name: "places",
        application_id: 0x4D42_706C, // MBpl
        version: SCHEMA_VERSION,
        schema: sql::PLACES_SCHEMA,
        migrations: &[(2, sql::PLACES_2), (3, sql::PLACES_3)],
        indexes: &["bookmarks_fts", "pages_fts", "recall_fts"],
        probe: "SELECT (SELECT max(id) FROM bookmarks), (SELECT count(*) FROM bookmarks_fts_config)",
        idle_merged: &[],
        pending_index: None,
    },
    patterns: &[
        RowPattern { table: "bookmarks", columns: "-ttatTomm", max_columns: 99 },
        RowPattern { table: "pages", columns: "-tttimi", max_columns: 99 },
        RowPattern { table: "visits", columns: "-kmi", max_columns: 4 },
        RowPattern { table: "page_texts", columns: "-t", max_columns: 3 },
    ],
    statements: sql::PLACES_SALVAGE,
};
