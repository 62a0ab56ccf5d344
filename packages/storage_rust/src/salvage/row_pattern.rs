//! Identifying the table of a row by the types and ranges of its values.

use rusqlite::types::Value as SqlValue;
use serde_json::{Map, Value as Json};

use crate::salvage::btree::{Row, Value};

/// The values of the rows of a table.
#[derive(Debug)]
pub struct RowPattern {
    pub table: &'static str,
    /// One letter per column: `-` the rowid, which is not part of the record, `k` a key, `i` an integer, `m` a time in
    /// milliseconds, `t` a text, `a` a JSON array of texts, `o` a JSON object, `b` bytes. A capital letter allows NULL.
    /// A pattern that does not start with `-` is of a table without rowid.
    pub columns: &'static str,
    /// The maximum number of columns, which later versions may have added.
    pub max_columns: usize,
}

/// The years 1 to 9999, in milliseconds.
const VALID_TIMES: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// The index of the pattern that the row matches, its values, and whether they are complete.
pub fn identify(row: Row, patterns: &[RowPattern]) -> Option<(usize, Vec<SqlValue>, bool)> {
    let values = row.values?;
    patterns.iter().enumerate().find_map(|(index, pattern)| {
        let fits = (pattern.columns.len()..=pattern.max_columns).contains(&values.len())
            && row.from_index != pattern.columns.starts_with('-');
        if !fits {
            return None;
        }
        let mut is_complete = true;
        let rowid = Value::Integer(row.rowid);
        let columns = pattern.columns.chars().zip(&values).map(|(letter, value)| {
            let value = if letter == '-' && matches!(value, Value::Null) { &rowid } else { value };
            let (converted, is_whole) = column(letter, value)?;
            is_complete &= is_whole;
            Some(converted)
        });
        let columns: Option<Vec<SqlValue>> = columns.collect();
        columns.map(|columns| (index, columns, is_complete))
    })
}

/// The value for the new database and whether it is complete, or None if it does not fit the letter of the pattern.
fn column(letter: char, value: &Value) -> Option<(SqlValue, bool)> {
    let integer = |fits: bool, number: i64| fits.then_some((SqlValue::Integer(number), true));
    match (letter.to_ascii_lowercase(), value) {
        (_, Value::Null) => letter.is_ascii_uppercase().then_some((SqlValue::Null, true)),
        ('-' | 'k', Value::Integer(number)) => integer(*number > 0, *number),
        ('i', Value::Integer(number)) => integer(true, *number),
        ('m', Value::Integer(number)) => integer(VALID_TIMES.contains(number), *number),
        ('b', Value::Bytes(bytes)) => Some((SqlValue::Blob(bytes.clone()), true)),
        ('a', Value::Text { raw, is_truncated }) => {
            Some(json(raw, *is_truncated, "[]", |text| serde_json::from_str::<Vec<String>>(text).is_ok()))
        }
        ('o', Value::Text { raw, is_truncated }) => Some(json(raw, *is_truncated, "{}", |text| {
            serde_json::from_str::<Map<String, Json>>(text).is_ok()
        })),
        ('t', Value::Text { raw, is_truncated }) => Some(text(raw, *is_truncated)),
        _ => None,
    }
}

fn text(raw: &[u8], is_truncated: bool) -> (SqlValue, bool) {
    let text = String::from_utf8_lossy(raw);
    let is_whole = !is_truncated && text.as_bytes() == raw;
    (SqlValue::Text(text.into_owned()), is_whole)
}

fn json(raw: &[u8], is_truncated: bool, empty: &str, is_valid: impl Fn(&str) -> bool) -> (SqlValue, bool) {
    if is_valid(&String::from_utf8_lossy(raw)) {
        text(raw, is_truncated)
    } else {
        (SqlValue::Text(empty.to_owned()), false)
    }
}
