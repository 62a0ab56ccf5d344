//! Whether a row is one of ours, by what stands in its columns.

use rusqlite::types::Value as Stored;
use serde_json::{Map, Value as Json};

use super::btree::{Row, Value};

/// The columns of a row: `-` the key, which stands outside of the row, `k` a key, `i` a whole number, `m` a time, `t` a
/// text, `a` a JSON array of texts, `o` a JSON object, `b` bytes; a capital may be NULL. A shape whose key stands in the
/// row is that of a table without rowid. At most `most` columns are there in all.
#[derive(Debug)]
pub struct Shape {
    pub table: &'static str,
    pub columns: &'static str,
    pub most: usize,
}

/// The years that a calendar has, in milliseconds.
const TIMES: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// Which shape it has, its values, and whether they are whole.
pub fn recognised(row: Row, shapes: &[Shape]) -> Option<(usize, Vec<Stored>, bool)> {
    let values = row.values?;
    shapes.iter().enumerate().find_map(|(index, shape)| {
        let fits = (shape.columns.len()..=shape.most).contains(&values.len())
            && row.from_index != shape.columns.starts_with('-');
        if !fits {
            return None;
        }
        let mut all_whole = true;
        let read = shape.columns.chars().zip(&values).map(|(letter, value)| {
            let key = Value::Whole(row.rowid);
            let (read, whole) =
                column(letter, if letter == '-' && matches!(value, Value::Null) { &key } else { value })?;
            all_whole &= whole;
            Some(read)
        });
        let read: Option<Vec<Stored>> = read.collect();
        read.map(|read| (index, read, all_whole))
    })
}

fn column(letter: char, value: &Value) -> Option<(Stored, bool)> {
    let whole = |fits: bool, number: i64| fits.then_some((Stored::Integer(number), true));
    match (letter.to_ascii_lowercase(), value) {
        (_, Value::Null) => letter.is_ascii_uppercase().then_some((Stored::Null, true)),
        ('-' | 'k', Value::Whole(number)) => whole(*number > 0, *number),
        ('i', Value::Whole(number)) => whole(true, *number),
        ('m', Value::Whole(number)) => whole(TIMES.contains(number), *number),
        ('b', Value::Bytes(bytes)) => Some((Stored::Blob(bytes.clone()), true)),
        ('a', Value::Text { raw, cut }) => {
            Some(json(raw, *cut, "[]", |text| serde_json::from_str::<Vec<String>>(text).is_ok()))
        }
        ('o', Value::Text { raw, cut }) => {
            Some(json(raw, *cut, "{}", |text| serde_json::from_str::<Map<String, Json>>(text).is_ok()))
        }
        ('t', Value::Text { raw, cut }) => Some(text(raw, *cut)),
        _ => None,
    }
}

fn text(raw: &[u8], cut: bool) -> (Stored, bool) {
    let text = String::from_utf8_lossy(raw);
    let whole = !cut && text.as_bytes() == raw;
    (Stored::Text(text.into_owned()), whole)
}

fn json(raw: &[u8], cut: bool, empty: &str, is_sound: impl Fn(&str) -> bool) -> (Stored, bool) {
    if is_sound(&String::from_utf8_lossy(raw)) {
        text(raw, cut)
    } else {
        (Stored::Text(empty.to_owned()), false)
    }
}
