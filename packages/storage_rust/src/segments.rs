//! The segments of an FTS5 index, as its structure record tells them: <https://sqlite.org/fts5.html#extension_section>.

use rusqlite::{Connection, OptionalExtension};

/// Of one level before they are merged into one of the next: fewer, and more work goes into merging; more, and every
/// search looks into more of them. The schema sets it as `usermerge`.
const FAN_IN: u64 = 8;
/// The second layout of the record, with more numbers a segment, begins with this after the cookie.
const V2: [u8; 4] = [0xff, 0, 0, 1];

/// The first of `tables` in which a merge was begun or is due.
pub fn due_merge<'a>(db: &Connection, tables: &[&'a str]) -> rusqlite::Result<Option<&'a str>> {
    for table in tables {
        if is_merge_due(db, table)? {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

fn is_merge_due(db: &Connection, table: &str) -> rusqlite::Result<bool> {
    let mut statement = db.prepare_cached(&format!("SELECT block FROM {table}_data WHERE id = 10"))?;
    let block: Option<Vec<u8>> = statement.query_row([], |row| row.get(0)).optional()?;
    // What does not parse is damage, which the next search or check reports.
    Ok(block.and_then(|block| is_due(&block)).unwrap_or(false))
}

fn is_due(block: &[u8]) -> Option<bool> {
    let is_v2 = block.get(4..8)? == V2;
    let mut rest = block.get(if is_v2 { 8 } else { 4 }..)?;
    let levels = varint(&mut rest)?;
    let _segments = varint(&mut rest)?;
    let _written = varint(&mut rest)?;
    for _ in 0..levels {
        let (merging, segments) = (varint(&mut rest)?, varint(&mut rest)?);
        if merging > 0 || segments >= FAN_IN {
            return Some(true);
        }
        for _ in 0..segments * if is_v2 { 8 } else { 3 } {
            varint(&mut rest)?;
        }
    }
    Some(false)
}

/// SQLite's: seven bits a byte, the highest first, and eight in a ninth.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for n in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if n == 8 {
            return Some(value << 8 | u64::from(*byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::{FAN_IN, is_due};

    fn record(levels: &[(u8, u8)]) -> Vec<u8> {
        let segments: u8 = levels.iter().map(|level| level.1).sum();
        let mut record = vec![0, 0, 0, 1, levels.len() as u8, segments, 0x81, 0x00];
        for (merging, segments) in levels {
            record.extend([*merging, *segments]);
            record.extend([1, 1, 2].repeat(usize::from(*segments)));
        }
        record
    }

    #[test]
    fn a_full_level_and_a_merge_under_way_are_due() {
        let full = u8::try_from(FAN_IN).expect("a small number");
        assert_eq!(is_due(&record(&[(0, 0)])), Some(false));
        assert_eq!(is_due(&record(&[(0, full - 1), (0, 2)])), Some(false));
        assert_eq!(is_due(&record(&[(0, 1), (0, full)])), Some(true));
        assert_eq!(is_due(&record(&[(2, 2), (0, 1)])), Some(true));
    }

    #[test]
    fn a_record_that_breaks_off_is_no_answer() {
        let whole = record(&[(0, 3), (0, 2)]);
        for end in 0..whole.len() {
            assert_eq!(is_due(&whole[..end]), None, "{end} bytes");
        }
    }
}
