//! Whether a row is one of ours, by what stands in its columns.

use rusqlite::types::Value as Stored;

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
            let sound = serde_json::from_slice::<Vec<String>>(raw).is_ok() && !cut;
            Some(json(raw, sound, "[]"))
        }
        ('o', Value::Text { raw, cut }) => {
            let sound =
                serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(raw).is_ok() && !cut;
            Some(json(raw, sound, "{}"))
        }
        ('t', Value::Text { raw, cut }) => {
            let text = String::from_utf8_lossy(raw);
            let whole = !cut && text.as_bytes() == raw.as_slice();
            Some((Stored::Text(text.into_owned()), whole))
        }
        _ => None,
    }
}

fn json(raw: &[u8], sound: bool, empty: &str) -> (Stored, bool) {
    let text = if sound { String::from_utf8_lossy(raw).into_owned() } else { empty.to_owned() };
    (Stored::Text(text), sound)
}
