//! The error of all calls: opaque, with a public kind.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::answer::Usage;

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
    /// A response with an error status, or with a body that reports one.
    Status(u16),
    /// Not SSE, not JSON, or not of the expected shape.
    Protocol,
    /// A stream that broke, reported an error, or stopped early.
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

/// Everything known about an error besides its kind and message.
#[derive(Debug, Clone, Default)]
pub struct Details {
    pub status: Option<u16>,
    pub request_id: Option<String>,
    /// The body of the response, at most 64 KiB.
    pub body: String,
    /// The headers of a response with an error status; names are in lower case.
    pub headers: BTreeMap<String, String>,
    pub retry_after: Option<Duration>,
    /// Whether the provider wants a retry (`x-should-retry`).
    pub should_retry: Option<bool>,
    pub partial_text: String,
    pub usage: Option<Usage>,
    /// Whether the reader has received a part of the answer.
    pub delivered: bool,
    /// One line for each attempt.
    pub attempts: Vec<String>,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self::with(kind, message, Details::default())
    }

    pub fn with(kind: Kind, message: impl Into<String>, details: Details) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), details }))
    }

    pub fn cancelled(message: &str) -> Self {
        Self::new(Kind::Cancelled, message)
    }

    /// A timeout of `limit` expired while `doing` something.
    pub fn timeout(phase: Phase, limit: Duration, doing: &str) -> Self {
        Self::timeout_of(phase, limit, doing, None)
    }

    /// `timeout`, with the option of the call that set the limit, if one did.
    pub fn timeout_of(phase: Phase, limit: Duration, doing: &str, option: Option<&str>) -> Self {
        let (missing, setting) = match phase {
            Phase::Connect => ("no connection", "connect_timeout"),
            Phase::Idle => ("no byte", "idle_timeout"),
            Phase::FirstToken => ("no content", "first_token_timeout"),
            Phase::Stall => ("no further content", "stall_timeout"),
            Phase::Total => ("no end", "total_timeout"),
        };
        let setting = option.unwrap_or(setting);
        let seconds = limit.as_secs_f64();
        Self::new(
            Kind::Timeout(phase),
            format!("{missing} within {seconds} s while {doing}; {setting} sets the limit"),
        )
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

    pub fn map_message(mut self, change: impl FnOnce(String) -> String) -> Self {
        self.0.message = change(std::mem::take(&mut self.0.message));
        self
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        let details = &self.0.details;
        if let Some(should_retry) = details.should_retry {
            return should_retry;
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
