//! A text that is never printed.

use std::fmt;

pub const MASK: &str = "***";

#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Mask every occurrence of the secret in `text`: providers repeat keys in their error messages.
    pub fn scrub(&self, text: String) -> String {
        // Masking a secret of a few letters would garble the message, and so reveal it.
        if self.0.len() >= 4 && text.contains(&self.0) { text.replace(&self.0, MASK) } else { text }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
