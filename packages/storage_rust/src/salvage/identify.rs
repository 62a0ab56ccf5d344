//! Whether a file that SQLite cannot read is a damaged database of this crate, or belongs to another program.

use std::fs::File;
use std::io::{self, Read};

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes read from the start of a file; the schema is at the beginning.
const SEARCHED_BYTES: u64 = 1 << 20;

/// True if the header has our `application_id`, or if the header is blank or damaged, and the file or its write-ahead log
/// has our schema, of which `marker` is a part. Also true if the file is gone: another process has just moved it aside.
///
/// Reads and closes the file, which drops the locks of this process on it: nobody in this process may have it open.
pub fn is_own_file(path: &str, application_id: u32, marker: &str) -> io::Result<bool> {
    let beginning = match read_beginning(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        beginning => beginning?,
    };
    let stored = beginning.get(68..72).map_or(0, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    if stored == application_id {
        return Ok(true);
    }
    if beginning.starts_with(MAGIC) && stored != 0 {
        return Ok(false);
    }
    if contains(&beginning, marker) {
        return Ok(true);
    }
    match read_beginning(&format!("{path}-wal")) {
        Ok(log) => Ok(contains(&log, marker)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn read_beginning(path: &str) -> io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    File::open(path)?.take(SEARCHED_BYTES).read_to_end(&mut beginning)?;
    Ok(beginning)
}

fn contains(bytes: &[u8], marker: &str) -> bool {
    bytes.windows(marker.len()).any(|window| window == marker.as_bytes())
}
