//! An invalid setting.

use std::path::PathBuf;

#[derive(Debug)]
pub enum Invalid {
    Value(String),
    /// A file that cannot be read.
    File {
        setting: &'static str,
        path: PathBuf,
        error: std::io::Error,
    },
}

pub fn invalid<T>(message: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid::Value(message.into()))
}
