//! Paths of database files, and which file is at a path.

use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};
use std::{process, thread};

use crate::error::{Error, Result};

pub const MEMORY: &str = ":memory:";

/// The absolute path without symbolic links, so that the log is next to the file. The file itself may not exist.
pub fn absolute(path: &str) -> Result<String> {
    if path == MEMORY {
        return Ok(path.to_owned());
    }
    if path.is_empty() || path.contains('\0') {
        return Err(Error::invalid(format!("db_path must name a file, not {path:?}")));
    }
    let full = std::path::absolute(path).map_err(|error| Error::from_io(&error, path))?;
    let resolved = fs::canonicalize(&full).unwrap_or_else(|_| resolve_parent(&full));
    resolved.into_os_string().into_string().map_err(|_| {
        Error::invalid(format!("db_path must be Unicode text, and {path:?} leads to what is not"))
    })
}

fn resolve_parent(full: &Path) -> PathBuf {
    let (Some(parent), Some(name)) = (full.parent(), full.file_name()) else {
        return full.to_owned();
    };
    match fs::canonicalize(parent) {
        Ok(parent) => parent.join(name),
        Err(_) => full.components().filter(|part| !matches!(part, Component::CurDir)).collect(),
    }
}

pub fn is_writable(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|folder| !folder.permissions().readonly())
}

/// A suffix for temporary files that no other thread or process uses.
pub fn unique_suffix() -> String {
    let thread = format!("{:?}", thread::current().id()).replace(|c: char| !c.is_ascii_digit(), "");
    format!("{}-{thread}", process::id())
}

/// Device and inode.
pub type FileId = (u64, u64);

/// The file at a path; None if there is none, or if the system has no such numbers.
pub fn file_id(path: &str) -> Option<FileId> {
    fs::metadata(path).ok().as_ref().and_then(id_of)
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // other systems have no such numbers
pub fn id_of(metadata: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
pub fn id_of(_metadata: &Metadata) -> Option<FileId> {
    None
}
