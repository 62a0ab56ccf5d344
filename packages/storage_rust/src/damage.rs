//! A file that SQLite cannot read: one of ours that is damaged, or somebody else's? Only ours is moved aside.
//!
//! It is ours where its header holds our `application_id`, or, with a header that is blank or broken, where the file or
//! its write-ahead log holds the text of our schema. Anything else is left as it was.

#[cfg(unix)]
use std::fs::TryLockError;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::{Error, Kind, Result};
use crate::options::Format;
use crate::pool::Stop;
use crate::salvage::{Rescue, discard, publish, salvage};

/// Device and inode.
pub type FileKey = (u64, u64);

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes from the start of a file; the schema stands at the front.
const SEARCHED: u64 = 1 << 20;

/// Reads and closes the file, which drops this process's locks on it: only for a file that nobody here has open.
///
/// True also for one that is gone: another process has just moved it aside.
pub fn is_ours(path: &str, application_id: u32, marker: &str) -> io::Result<bool> {
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

/// Move the file aside, put a new one in its place with what could be read, and say so.
///
/// The rescue comes first: where it fails, for want of space or by Ctrl-C, the file stands where it stood. `judged` is
/// the file that was found damaged: what another process has put in its place is left alone.
pub fn rescue(
    path: &str,
    judged: Option<FileKey>,
    format: &'static Format,
    why: &str,
    stop: &Stop,
) -> Result<Error> {
    let busy = || {
        let message = format!(
            "{path} is damaged, and another process is at work on it: wait until that has finished, and try again"
        );
        Error::new(Kind::Locked, path, message)
    };
    let thread = format!("{:?}", std::thread::current().id()).replace(|c: char| !c.is_ascii_digit(), "");
    let target = format!("{path}.recovering-{}-{thread}", std::process::id());
    let on_disk = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => busy(),
        _ => Error::from_io(&error, path),
    };
    // Held until the end. Elsewhere a file that is open cannot be moved.
    #[cfg(unix)]
    let held = File::open(path).map_err(on_disk)?;
    #[cfg(unix)]
    match held.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(busy()),
        Err(TryLockError::Error(error)) => return Err(on_disk(error)),
    }
    let before = state(path).map_err(on_disk)?;
    if before.0 != judged {
        return Ok(busy());
    }
    let found = salvage(path, format, &target, stop)?;
    let told = match state(path) {
        Ok(after) if after == before => told(path, &target, why, &found).map_err(on_disk),
        _ => Ok(busy()),
    };
    discard(&target);
    told
}

fn told(path: &str, target: &str, why: &str, found: &Rescue) -> io::Result<Error> {
    let moved = quarantine(path)?;
    let mut message = format!("{path} is damaged ({why}). It was moved to {moved}");
    if found.recovered() == 0 {
        let more = format!("; nothing in it could be read, and opening {path} again starts an empty one");
        message.push_str(&more);
    } else if publish(target, path)? {
        let more = format!("; what could be read is in a new {path}: {found}. Open it again to go on");
        message.push_str(&more);
    } else {
        let kept = format!("{moved}.recovered");
        fs::rename(target, &kept)?;
        message.push_str(&format!(
            "; what could be read is in {kept}, for another process has begun a new file meanwhile: {found}"
        ));
    }
    Ok(Error::new(Kind::Corrupt, path, message).quarantined_to(moved).rescued(found.recovered(), found.lost))
}

/// Which file it is, and by what another process's write is noticed.
fn state(path: &str) -> io::Result<(Option<FileKey>, u64, SystemTime)> {
    let found = fs::metadata(path)?;
    Ok((key_of(&found), found.len(), found.modified()?))
}

/// Which file stands under a name: None where there is none, and where files have no such number.
pub fn key(path: &str) -> Option<FileKey> {
    fs::metadata(path).ok().as_ref().and_then(key_of)
}

#[cfg(unix)]
fn key_of(found: &Metadata) -> Option<FileKey> {
    use std::os::unix::fs::MetadataExt;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn key_of(_found: &Metadata) -> Option<FileKey> {
    None
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
