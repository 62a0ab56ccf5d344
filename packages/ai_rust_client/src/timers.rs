//! The timers of an answer: bytes reset one of them, content the other.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::config::Timeouts;
use crate::error::{Error, Phase};
use crate::transport::timed_out;

pub struct Timers<'a> {
    pub timeouts: &'a Timeouts,
    pub sent: Instant,
    pub last_byte: Instant,
    pub last_content: Option<Instant>,
    pub last_chunk: Instant,
    /// Whether every choice has its finish reason, so that nothing but the usage is expected.
    pub finished: bool,
}

impl<'a> Timers<'a> {
    /// For an answer whose head has just arrived, of a try that began at `sent`.
    pub fn new(timeouts: &'a Timeouts, sent: Instant) -> Self {
        let now = Instant::now();
        Self { timeouts, sent, last_byte: now, last_content: None, last_chunk: now, finished: false }
    }

    /// Wait for the next bytes, at most until the first timer runs out.
    pub async fn within<F: Future>(&self, read: F) -> Result<F::Output, Error> {
        let idle = self.timeouts.idle.map(|limit| (self.last_byte + limit, Phase::Idle, limit));
        let content = match (self.finished, self.last_content) {
            (true, _) => self.timeouts.end.map(|limit| (self.last_chunk + limit, Phase::Idle, limit)),
            (false, Some(last)) => self.timeouts.stall.map(|limit| (last + limit, Phase::Stall, limit)),
            (false, None) => {
                self.timeouts.first_token.map(|limit| (self.sent + limit, Phase::FirstToken, limit))
            }
        };
        match [idle, content].into_iter().flatten().min_by_key(|(deadline, ..)| *deadline) {
            None => Ok(read.await),
            // Bytes that are always there already would never let the timer have its turn.
            Some((deadline, phase, limit)) if deadline <= self.last_byte => Err(ran_out(phase, limit)),
            Some((deadline, phase, limit)) => {
                timeout_at(deadline, read).await.map_err(|_| ran_out(phase, limit))
            }
        }
    }
}

fn ran_out(phase: Phase, limit: Duration) -> Error {
    timed_out(phase, limit, "reading the answer")
}
