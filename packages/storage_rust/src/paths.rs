//! Where a database stands, as SQLite is to be told, and where a page does.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};

pub const MEMORY: &str = ":memory:";

/// `path` from the root, without links, so that the log stands beside the file; the file itself need not exist.
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
    fs::metadata(folder).is_ok_and(|found| !found.permissions().readonly())
}

/// The host that a URL names, in lower case, without user and port; empty where it names none.
pub fn host_of(url: &str) -> String {
    let Some((_, rest)) = url.split_once("://") else { return String::new() };
    let authority = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if host.starts_with('[') {
        &host[..host.find(']').map_or(0, |end| end + 1)]
    } else {
        host.split_once(':').map_or(host, |(host, _)| host)
    };
    host.trim_end_matches('.').to_lowercase()
}
