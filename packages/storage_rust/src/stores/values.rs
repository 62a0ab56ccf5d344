//! Column values and limits that several stores use.

use crate::error::{Error, Result};

const MAX_LIMIT: i64 = 10_000;

/// The number of rows a caller asks for, checked.
pub fn checked_limit(limit: i64) -> Result<i64> {
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::invalid(format!("limit must be a whole number from 1 to {MAX_LIMIT}, not {limit}")))
}

/// Truncate `rows` to `limit`; true if there were more.
pub fn truncate<T>(rows: &mut Vec<T>, limit: i64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    has_more
}

/// Distinct tags as a JSON array.
pub fn tags_json(tags: &[String]) -> Result<String> {
    let mut distinct: Vec<&String> = Vec::new();
    for tag in tags {
        if tag.trim().is_empty() || tag.contains(char::is_control) {
            return Err(Error::invalid(format!("tags must be one line of text each, not {tag:?}")));
        }
        if !distinct.contains(&tag) {
            distinct.push(tag);
        }
    }
    serde_json::to_string(&distinct).map_err(|error| Error::invalid(format!("tags: {error}")))
}

/// The tags of a stored JSON array.
pub fn tags_from_json(stored: &str) -> rusqlite::Result<Vec<String>> {
    if stored == "[]" {
        return Ok(Vec::new());
    }
    serde_json::from_str(stored).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
    })
}

/// The current time in milliseconds since 1970.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
