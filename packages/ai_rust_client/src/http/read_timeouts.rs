//! The timeouts while an answer is read: bytes restart one of them, content or chunks another.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::error::{Error, Phase};
use crate::http::config::Timeouts;

pub struct ReadTimeouts<'a> {
    timeouts: &'a Timeouts,
    sent: Instant,
    pub last_byte: Instant,
    pub last_content: Option<Instant>,
    pub last_chunk: Instant,
    /// Whether every choice has its finish reason, so that nothing but the usage is expected.
    pub is_finished: bool,
}

impl<'a> ReadTimeouts<'a> {
    /// For an answer whose head has just arrived, of an attempt that began at `sent`.
    pub fn new(timeouts: &'a Timeouts, sent: Instant) -> Self {
        let now = Instant::now();
        Self { timeouts, sent, last_byte: now, last_content: None, last_chunk: now, is_finished: false }
    }

    /// Nothing was read for `pause`, because the buffer was full: move every deadline.
    pub fn extend(&mut self, pause: Duration) {
        self.sent += pause;
        self.last_byte += pause;
        self.last_chunk += pause;
        if let Some(last_content) = &mut self.last_content {
            *last_content += pause;
        }
    }

    /// Wait for the next bytes, until the first timeout expires.
    pub async fn limit<F: Future>(&self, read: F) -> Result<F::Output, Error> {
        match [self.idle(), self.content()].into_iter().flatten().min_by_key(|(deadline, ..)| *deadline) {
            None => Ok(read.await),
            // Bytes that are always available already would never let the timer fire.
            Some((deadline, phase, limit)) if deadline <= self.last_byte => Err(expired(phase, limit)),
            Some((deadline, phase, limit)) => {
                timeout_at(deadline, read).await.map_err(|_| expired(phase, limit))
            }
        }
    }

    fn idle(&self) -> Option<(Instant, Phase, Duration)> {
        self.timeouts.idle.map(|limit| (self.last_byte + limit, Phase::Idle, limit))
    }

    fn content(&self) -> Option<(Instant, Phase, Duration)> {
        match (self.is_finished, self.last_content) {
            // Not an error: the end of a finished stream.
            (true, _) => self.timeouts.end.map(|limit| (self.last_chunk + limit, Phase::Idle, limit)),
            (false, Some(last)) => self.timeouts.stall.map(|limit| (last + limit, Phase::Stall, limit)),
            (false, None) => {
                self.timeouts.first_token.map(|limit| (self.sent + limit, Phase::FirstToken, limit))
            }
        }
    }
}

fn expired(phase: Phase, limit: Duration) -> Error {
    Error::timeout(phase, limit, "reading the answer")
}
