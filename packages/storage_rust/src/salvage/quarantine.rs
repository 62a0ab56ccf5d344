//! Moving a damaged file aside, and a recovered one to its place.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Move the file and its log to `<path>.damaged-<UTC timestamp>` and return that name.
///
/// The log is moved first: SQLite would replay one that is left behind into the new file.
pub fn quarantine(path: &str) -> io::Result<String> {
    let stamped = format!("{path}.damaged-{}", timestamp());
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

/// Rename `recovered` to `path`; false if another process has already created a new file there.
pub fn publish(recovered: &str, path: &str) -> io::Result<bool> {
    match fs::hard_link(recovered, path) {
        Ok(()) => fs::remove_file(recovered).map(|()| true),
        Err(_) if fs::exists(path)? => Ok(false),
        // The file system has no hard links.
        Err(_) => fs::rename(recovered, path).map(|()| true),
    }
}

/// The current time in UTC as `20240229T120000Z`.
fn timestamp() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = gregorian_date(seconds / 86_400);
    let of_day = seconds % 86_400;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Year, month and day of a day counted from 1970-01-01.
fn gregorian_date(mut day: u64) -> (u64, u64, u64) {
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
    use super::gregorian_date;

    #[test]
    fn days_become_dates() {
        assert_eq!(gregorian_date(0), (1970, 1, 1));
        assert_eq!(gregorian_date(19_782), (2024, 2, 29));
        assert_eq!(gregorian_date(11_016), (2000, 2, 29));
        assert_eq!(gregorian_date(20_088), (2024, 12, 31));
        assert_eq!(gregorian_date(47_541), (2100, 3, 1));
    }
}
