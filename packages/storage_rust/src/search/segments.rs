//! The segments of an FTS5 index and when to merge them, from its structure record: see `fts5_index.c` of SQLite.

use rusqlite::{Connection, OptionalExtension};

/// Segments of one level that are merged into one of the next. With fewer, merging is more work; with more, every search
/// reads more segments. The schema sets it as `usermerge`.
const FAN_IN: usize = 8;
/// A segment of at least this many pages does not belong in the first level.
const BIG: u64 = 32;
/// With this many segments in a level, merging takes precedence over everything else.
const CROWDED: usize = 150;
/// Follows the cookie in the second layout of the record, which has more numbers per segment.
const V2: [u8; 4] = [0xff, 0, 0, 1];

/// The first of `tables` in which a merge is in progress or due.
pub fn due_merge<'a>(db: &Connection, tables: &[&'a str]) -> rusqlite::Result<Option<&'a str>> {
    for table in tables {
        let record = record(db, table)?;
        if record.as_deref().and_then(Structure::parse).is_some_and(|structure| structure.is_due()) {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

/// Whether a level of one of `tables` has too many segments.
pub fn is_crowded(db: &Connection, tables: &[&str]) -> rusqlite::Result<bool> {
    for table in tables {
        let record = record(db, table)?;
        if record.as_deref().and_then(Structure::parse).is_some_and(|structure| structure.is_crowded()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Move the big segments of the first level, and those older than them, to the next level.
///
/// A level is merged as a whole, and by a writer as soon as the first one has `crisismerge` segments: if the segments of a
/// bulk load were among them, a single append would wait for all of these to be merged. Only the record is rewritten.
pub fn promote(db: &Connection, table: &str) -> rusqlite::Result<()> {
    // Makes FTS5 write what it has in memory, and read the record again afterwards.
    merge(db, table, 0)?;
    if let Some(promoted) = record(db, table)?.and_then(|block| Structure::parse(&block)?.promoted()) {
        db.prepare_cached(&format!("UPDATE {table}_data SET block = ? WHERE id = 10"))?
            .execute([promoted])?;
    }
    Ok(())
}

/// Merge up to `pages` pages of what is due: <https://sqlite.org/fts5.html#the_merge_command>.
pub fn merge(db: &Connection, table: &str, pages: u64) -> rusqlite::Result<()> {
    let mut statement =
        db.prepare_cached(&format!("INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)"))?;
    statement.execute([i64::try_from(pages).unwrap_or(i64::MAX)])?;
    Ok(())
}

fn record(db: &Connection, table: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut statement = db.prepare_cached(&format!("SELECT block FROM {table}_data WHERE id = 10"))?;
    statement.query_row([], |row| row.get(0)).optional()
}

/// The parsed record, with the bytes of its parts.
struct Structure<'a> {
    /// The cookie and the layout marker.
    head: &'a [u8],
    /// The number of segments, and of leaf pages written.
    counts: &'a [u8],
    /// The newest segments are in the first level, and last in each level.
    levels: Vec<Level<'a>>,
}

#[derive(Default)]
struct Level<'a> {
    merging: u64,
    segments: Vec<Segment<'a>>,
}

struct Segment<'a> {
    bytes: &'a [u8],
    pages: u64,
}

impl<'a> Structure<'a> {
    /// None if the record is invalid: the index is damaged, and the next search or check reports it.
    fn parse(block: &'a [u8]) -> Option<Self> {
        let is_v2 = block.get(4..8)? == V2;
        let (head, mut rest) = block.split_at_checked(if is_v2 { 8 } else { 4 })?;
        let count = varint(&mut rest)?;
        let counts = take_varints(&mut rest, 2)?.0;
        let mut levels = Vec::new();
        for _ in 0..count {
            let (merging, length) = (varint(&mut rest)?, varint(&mut rest)?);
            let mut segments = Vec::new();
            for _ in 0..length {
                let (bytes, numbers) = take_varints(&mut rest, if is_v2 { 8 } else { 3 })?;
                let pages = numbers[2].checked_sub(numbers[1])?.checked_add(1)?;
                segments.push(Segment { bytes, pages });
            }
            levels.push(Level { merging, segments });
        }
        Some(Self { head, counts, levels })
    }

    fn is_due(&self) -> bool {
        self.levels.iter().any(|level| level.merging > 0 || level.segments.len() >= FAN_IN)
    }

    fn is_crowded(&self) -> bool {
        self.levels.iter().any(|level| level.segments.len() >= CROWDED)
    }

    /// The record after promotion. None if there is nothing to move, or if a merge is writing to the next level.
    fn promoted(mut self) -> Option<Vec<u8>> {
        let first = self.levels.first_mut().filter(|level| level.merging == 0)?;
        let end = first.segments.iter().rposition(|segment| segment.pages >= BIG)? + 1;
        let moved: Vec<_> = first.segments.drain(..end).collect();
        if self.levels.len() == 1 {
            self.levels.push(Level::default());
        }
        self.levels[1].segments.extend(moved);
        Some(self.bytes())
    }

    fn bytes(&self) -> Vec<u8> {
        let mut block = self.head.to_vec();
        put_varint(&mut block, self.levels.len() as u64);
        block.extend(self.counts);
        for level in &self.levels {
            put_varint(&mut block, level.merging);
            put_varint(&mut block, level.segments.len() as u64);
            block.extend(level.segments.iter().flat_map(|segment| segment.bytes));
        }
        block
    }
}

/// Read `count` numbers and the bytes that encode them.
fn take_varints<'a>(bytes: &mut &'a [u8], count: usize) -> Option<(&'a [u8], Vec<u64>)> {
    let before = *bytes;
    let numbers = (0..count).map(|_| varint(bytes)).collect::<Option<_>>()?;
    Some((&before[..before.len() - bytes.len()], numbers))
}

/// SQLite's encoding: seven bits per byte, most significant first, and eight bits in a ninth byte.
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

fn put_varint(bytes: &mut Vec<u8>, value: u64) {
    // The numbers are far below 2^56, from which on the ninth byte would be a special case.
    let groups = (64 - value.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let rest = if group > 0 { 0x80 } else { 0 };
        bytes.push((value >> (7 * group) & 0x7f) as u8 | rest);
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{BIG, FAN_IN, Structure, merge, promote, record};

    fn structure(levels: &[(u8, u8)]) -> Vec<u8> {
        let segments: u8 = levels.iter().map(|level| level.1).sum();
        let level_count = u8::try_from(levels.len()).expect("a small number");
        let mut record = vec![0, 0, 0, 1, level_count, segments, 0x81, 0x00];
        for (merging, segments) in levels {
            record.extend([*merging, *segments]);
            record.extend([1, 1, 2].repeat(usize::from(*segments)));
        }
        record
    }

    fn is_due(levels: &[(u8, u8)]) -> Option<bool> {
        Structure::parse(&structure(levels)).map(|structure| structure.is_due())
    }

    #[test]
    fn a_full_level_and_a_merge_under_way_are_due() {
        let full = u8::try_from(FAN_IN).expect("a small number");
        assert_eq!(is_due(&[(0, 0)]), Some(false));
        assert_eq!(is_due(&[(0, full - 1), (0, 2)]), Some(false));
        assert_eq!(is_due(&[(0, 1), (0, full)]), Some(true));
        assert_eq!(is_due(&[(2, 2), (0, 1)]), Some(true));
    }

    #[test]
    fn a_truncated_record_is_rejected() {
        let whole = structure(&[(0, 3), (0, 2)]);
        for end in 0..whole.len() {
            assert!(Structure::parse(&whole[..end]).is_none(), "{end} bytes");
        }
    }

    /// An index with one segment for each number of rows, as writers leave them.
    fn index(rows: &[u32]) -> Connection {
        let db = Connection::open_in_memory().expect("a database");
        db.execute_batch(
            "CREATE VIRTUAL TABLE t USING fts5 (x);
             INSERT INTO t (t, rank) VALUES ('automerge', 0);
             INSERT INTO t (t, rank) VALUES ('usermerge', 8);
             INSERT INTO t (t, rank) VALUES ('crisismerge', 20);
             INSERT INTO t (t, rank) VALUES ('hashsize', 67108864);",
        )
        .expect("an index");
        write(&db, rows);
        db
    }

    fn write(db: &Connection, rows: &[u32]) {
        for count in rows {
            let sql = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
                 INSERT INTO t SELECT 'needle ' || group_concat(hex(randomblob(8)), ' ') FROM n, n AS m GROUP BY n.n";
            db.execute(sql, [count]).expect("rows");
        }
    }

    /// The pages of each segment, by level.
    fn levels(db: &Connection) -> Vec<Vec<u64>> {
        let block = record(db, "t").expect("a record").expect("a record");
        let structure = Structure::parse(&block).expect("a structure");
        structure.levels.iter().map(|l| l.segments.iter().map(|s| s.pages).collect()).collect()
    }

    fn is_whole(db: &Connection, rows: i64) {
        db.execute("INSERT INTO t (t, rank) VALUES ('integrity-check', 0)", []).expect("a sound index");
        let sql = "SELECT count(*) FROM t WHERE t MATCH 'needle'";
        assert_eq!(db.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count"), rows);
    }

    #[test]
    fn big_segments_are_promoted_and_a_crisis_merge_of_the_first_level_skips_them() {
        let db = index(&[1, 120, 150, 1, 1]);
        let before = levels(&db);
        assert!(before[0][1] >= BIG && before[0][2] >= BIG && before[0][3] < BIG, "{before:?}");
        promote(&db, "t").expect("a promotion");
        let after = levels(&db);
        assert_eq!(after, [before[0][3..].to_vec(), before[0][..3].to_vec()]);
        is_whole(&db, 273);
        write(&db, &[1; 18]); // triggers a crisis merge
        assert_eq!(levels(&db)[1][..3], before[0][..3]);
        is_whole(&db, 291);
    }

    #[test]
    fn promoted_segments_are_merged_and_segments_in_a_merge_are_not_promoted() {
        let db = index(&[120; 8]);
        promote(&db, "t").expect("a promotion");
        assert_eq!(levels(&db).iter().map(Vec::len).collect::<Vec<_>>(), [0, 8]);
        write(&db, &[120; 8]);
        merge(&db, "t", 1).expect("a beginning");
        let before = levels(&db);
        promote(&db, "t").expect("a promotion");
        assert_eq!(levels(&db), before);
        merge(&db, "t", 1 << 20).expect("the rest");
        assert!(levels(&db).concat().len() <= 2, "{:?}", levels(&db));
        is_whole(&db, 16 * 120);
    }
}
