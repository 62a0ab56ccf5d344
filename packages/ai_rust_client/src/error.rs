//! What can go wrong, as one opaque error with a public kind.

use std::fmt;
use std::time::Duration;

use crate::value::Usage;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Connect,
    Idle,
    FirstToken,
    Stall,
    Total,
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Phase::Connect => "connect",
            Phase::Idle => "idle",
            Phase::FirstToken => "first_token",
            Phase::Stall => "stall",
            Phase::Total => "total",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No connection, or it broke before an answer began.
    Connection,
    Timeout(Phase),
    /// An answer with a status that is not a success, or a body that reports one.
    Status(u16),
    /// Not SSE, not JSON, not the shape promised.
    Protocol,
    /// A stream that broke, reported an error, or did not end well.
    Interrupted,
    Cancelled,
    /// The client was closed before the call.
    Closed,
}

#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: Kind,
    message: String,
    details: Details,
}

/// What is known beside the kind and the message.
#[derive(Debug, Clone, Default)]
pub struct Details {
    pub status: Option<u16>,
    pub request_id: Option<String>,
    /// At most 64 KiB of what the provider said.
    pub body: String,
    /// Of an answer with an error status, as it came; names are in lower case.
    pub headers: Vec<(String, String)>,
    pub retry_after: Option<Duration>,
    /// The provider's own word on whether to try again (`x-should-retry`).
    pub should_retry: Option<bool>,
    pub partial_text: String,
    pub usage: Option<Usage>,
    /// Something of the answer has been handed to the reader.
    pub delivered: bool,
    /// One line per try.
    pub attempts: Vec<String>,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self::with(kind, message, Details::default())
    }

    pub fn with(kind: Kind, message: impl Into<String>, details: Details) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), details }))
    }

    pub fn cancelled(what: &str) -> Self {
        Self::new(Kind::Cancelled, what)
    }

    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub fn details(&self) -> &Details {
        &self.0.details
    }

    pub fn details_mut(&mut self) -> &mut Details {
        &mut self.0.details
    }

    /// The same error with `change` made to everything that a server may have said.
    pub fn map_text(mut self, change: impl Fn(String) -> String) -> Self {
        self.0.message = change(self.0.message);
        let details = &mut self.0.details;
        details.body = change(std::mem::take(&mut details.body));
        for (_, value) in &mut details.headers {
            *value = change(std::mem::take(value));
        }
        self
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        let details = &self.0.details;
        if let Some(said) = details.should_retry {
            return said;
        }
        match (self.kind(), details.status) {
            (Kind::Protocol | Kind::Cancelled | Kind::Closed, _) => false,
            (_, Some(status)) => matches!(status, 408 | 409 | 429 | 500..),
            (_, None) => true,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}
