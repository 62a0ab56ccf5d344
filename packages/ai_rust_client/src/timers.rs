//! The timers of a stream: bytes reset one of them, content the other.

use std::future::Future;

use tokio::time::{Instant, timeout_at};

use crate::config::Timeouts;
use crate::error::{Error, Phase};
use crate::transport::timed_out;

pub struct Timers<'a> {
    pub timeouts: &'a Timeouts,
    pub sent: Instant,
    pub last_byte: Instant,
    pub last_content: Option<Instant>,
}

impl Timers<'_> {
    /// Wait for the next bytes, at most until the first timer runs out. Once the answer is whole only bytes are
    /// waited for.
    pub async fn within<F: Future>(&self, read: F, whole: bool) -> Result<F::Output, Error> {
        let idle = self.timeouts.idle.map(|limit| (self.last_byte + limit, Phase::Idle, limit));
        let content = match self.last_content {
            _ if whole => None,
            Some(last) => self.timeouts.stall.map(|limit| (last + limit, Phase::Stall, limit)),
            None => self.timeouts.first_token.map(|limit| (self.sent + limit, Phase::FirstToken, limit)),
        };
        match [idle, content].into_iter().flatten().min_by_key(|(deadline, ..)| *deadline) {
            None => Ok(read.await),
            Some((deadline, phase, limit)) => {
                let result = timeout_at(deadline, read).await;
                result.map_err(|_| timed_out(phase, limit, "reading the stream"))
            }
        }
    }
}
