//! Opening a database, and recovering it if the file is damaged.

#[cfg(unix)]
use std::fs::TryLockError;
use std::fs::{self, File};
use std::io;
use std::time::SystemTime;

use crate::db::database::Database;
use crate::db::open::OpenError;
use crate::db::options::Options;
use crate::db::paths::{FileId, MEMORY, absolute, id_of, unique_suffix};
use crate::db::pool::StopCheck;
use crate::error::{Error, Kind, Result};
use crate::salvage::extract::{SalvageReport, discard, salvage};
use crate::salvage::identify::is_own_file;
use crate::salvage::quarantine::{publish, quarantine};
use crate::salvage::recoverable::Recoverable;

/// Open a database. A damaged file is moved aside, and a new one with what could be read takes its place; the error says
/// so, and the next call opens the new file.
pub fn open(path: &str, recoverable: &'static Recoverable, options: &Options) -> Result<Database> {
    let unreadable = match Database::open(path, &recoverable.format, options.clone()) {
        Ok(database) => return Ok(database),
        Err(OpenError::Store(error)) => return Err(error),
        Err(OpenError::Unreadable { path, error, file }) => (path, error, file),
    };
    let (path, cause, file) = unreadable;
    let error = Error::from_sqlite(&cause, &path);
    if path == MEMORY || options.owners.open_count(&path)? > 0 {
        return Err(error);
    }
    let format = &recoverable.format;
    match is_own_file(&path, format.application_id, &format.schema_marker()) {
        Ok(false) => Err(format.foreign(&path, &cause.to_string())),
        Ok(true) if options.read_only => Err(error),
        Ok(true) => Err(recover(&path, file, recoverable, &cause.to_string(), &options.stop)?),
        Err(error) => Err(Error::from_io(&error, &path)),
    }
}

/// Copy what can be read of the file at `path`, which is of one of `formats`, into a new database at `target`. The file
/// itself is not changed.
pub fn salvage_file(
    path: &str,
    target: &str,
    formats: &[&'static Recoverable],
    options: &Options,
) -> Result<SalvageReport> {
    let (path, target) = (absolute(path)?, absolute(target)?);
    if options.owners.open_count(&path)? > 0 {
        let message = format!("{path} is an open database: close it first");
        return Err(Error::new(Kind::Storage, &path, message));
    }
    if fs::exists(&target).map_err(|error| Error::from_io(&error, &target))? {
        let message = format!("{target} exists already: name another file, or move that one away");
        return Err(Error::new(Kind::Storage, &target, message));
    }
    fs::metadata(&path).map_err(|error| Error::from_io(&error, &path))?;
    for recoverable in formats {
        let format = &recoverable.format;
        if is_own_file(&path, format.application_id, &format.schema_marker())
            .map_err(|error| Error::from_io(&error, &path))?
        {
            return salvage(&path, recoverable, &target, &options.stop);
        }
    }
    let message = format!("{path} is neither a database of conversations nor of places: name another file");
    Err(Error::new(Kind::Foreign, &path, message))
}

/// Move the file aside, put a new one with what could be read in its place, and return an error that says so.
///
/// The rows are copied first: if that fails, for lack of space or because of Ctrl-C, the file stays in place. `file` is
/// the one that was found damaged; if another process has replaced it, the new one is left alone.
fn recover(
    path: &str,
    file: Option<FileId>,
    recoverable: &'static Recoverable,
    cause: &str,
    stop: &StopCheck,
) -> Result<Error> {
    let busy = || {
        let message = format!(
            "{path} is damaged, and another process is at work on it: wait until that has finished, and try again"
        );
        Error::new(Kind::Locked, path, message)
    };
    let target = format!("{path}.recovering-{}", unique_suffix());
    let io_error = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => busy(),
        _ => Error::from_io(&error, path),
    };
    // Locked until the end. On other systems an open file cannot be moved.
    #[cfg(unix)]
    let locked = File::open(path).map_err(io_error)?;
    #[cfg(unix)]
    match locked.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(busy()),
        Err(TryLockError::Error(error)) => return Err(io_error(error)),
    }
    let before = FileState::read(path).map_err(io_error)?;
    if before.id != file {
        return Ok(busy());
    }
    let report = salvage(path, recoverable, &target, stop)?;
    let outcome = match FileState::read(path) {
        Ok(after) if after == before => replace(path, &target, cause, &report).map_err(io_error),
        _ => Ok(busy()),
    };
    discard(&target);
    outcome
}

fn replace(path: &str, target: &str, cause: &str, report: &SalvageReport) -> io::Result<Error> {
    let moved = quarantine(path)?;
    let recovered = report.recovered();
    let outcome = if recovered == 0 {
        format!("nothing in it could be read, and opening {path} again starts an empty one")
    } else if publish(target, path)? {
        format!("what could be read is in a new {path}: {report}. Open it again to continue")
    } else {
        let recovered_path = format!("{moved}.recovered");
        fs::rename(target, &recovered_path)?;
        format!(
            "what could be read is in {recovered_path}, because another process has created a new file: {report}"
        )
    };
    let message = format!("{path} is damaged ({cause}). It was moved to {moved}; {outcome}");
    Ok(Error::new(Kind::Corrupt, path, message).with_recovery(moved, recovered, report.lost))
}

/// Shows whether a file was replaced or written.
#[derive(PartialEq)]
struct FileState {
    id: Option<FileId>,
    length: u64,
    modified: SystemTime,
}

impl FileState {
    fn read(path: &str) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self { id: id_of(&metadata), length: metadata.len(), modified: metadata.modified()? })
    }
}
