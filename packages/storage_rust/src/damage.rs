//! A file that SQLite cannot read: one of ours that is damaged, or somebody else's? Only ours is moved aside.
//!
//! It is ours where its header holds our `application_id`, or, with a header that is blank or broken, where the file or
//! its write-ahead log holds the text of our schema. Anything else is left as it was.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes from the start of a file; the schema stands at the front.
const SEARCHED: u64 = 1 << 20;

/// Reads and closes the file, which drops this process's locks on it: only for a file that nobody here has open.
pub fn is_ours(path: &str, application_id: u32, marker: &str) -> io::Result<bool> {
    let beginning = read_beginning(path)?;
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
    File::open(path)?.take(SEARCHED).read_to_end(&mut beginning)?;
    Ok(beginning)
}

fn contains(bytes: &[u8], marker: &str) -> bool {
    bytes.windows(marker.len()).any(|window| window == marker.as_bytes())
}

/// Move the file and its log to `<path>.damaged-<UTC stamp>` and return that name.
///
/// The log goes first: left behind, SQLite would replay it into the new file of the old name.
pub fn quarantine(path: &str) -> io::Result<String> {
    let stamped = format!("{path}.damaged-{}", stamp());
    let mut target = stamped.clone();
    let mut n = 1;
    while Path::new(&target).exists() {
        n += 1;
        target = format!("{stamped}-{n}");
    }
    for suffix in ["-wal", "-shm", ""] {
        match fs::rename(format!("{path}{suffix}"), format!("{target}{suffix}")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(target)
}

/// This moment in UTC as `20240229T120000Z`.
fn stamp() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    let of_day = seconds % 86_400;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// The proleptic Gregorian date of a day counted from 1970-01-01.
fn civil(mut day: u64) -> (u64, u64, u64) {
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month, day + 1)
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_become_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(19_782), (2024, 2, 29));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_088), (2024, 12, 31));
        assert_eq!(civil(47_541), (2100, 3, 1));
    }
}
