//! One call: tries, models in order of preference, and the total timer.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout_at};

use crate::config::Config;
use crate::error::{Error, Phase};
use crate::refusals::{self, REMEMBERED, Refusals};
use crate::retry;
use crate::text;
use crate::transport::{Transport, timed_out};

/// What is shorter is sent in one piece.
const ONE_PIECE: usize = 64 << 10;

/// A request body that differs only in its model.
#[derive(Debug, Clone)]
pub struct Body {
    models: Vec<String>,
    /// What follows the model's name, with its comma. In pieces, so that what is known from earlier calls is not copied.
    rest: Vec<Bytes>,
}

impl Body {
    /// `rest` continues the object that begins with the model: `,"messages":[…]}`. `models` is not empty.
    pub fn new(models: Vec<String>, rest: Vec<Bytes>) -> Self {
        Self { models, rest }
    }

    pub fn for_model(&self, model: &str) -> Vec<Bytes> {
        let size = length(&self.rest);
        let mut begin = Vec::with_capacity(model.len() + 16 + if size < ONE_PIECE { size } else { 0 });
        begin.extend_from_slice(b"{\"model\":");
        text::write(model.as_bytes(), &mut begin);
        if size < ONE_PIECE {
            self.rest.iter().for_each(|piece| begin.extend_from_slice(piece));
            return vec![begin.into()];
        }
        std::iter::once(begin.into()).chain(self.rest.iter().cloned()).collect()
    }

    /// With the first model.
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        length(&self.for_model(&self.models[0]))
    }

    pub fn models(&self) -> &[String] {
        &self.models
    }
}

pub fn length(pieces: &[Bytes]) -> usize {
    pieces.iter().map(Bytes::len).sum()
}

/// The tries of one call. The caller makes each, `bound` by what is left of the total time, and gives every failure
/// to `after`, which returns when the next try is due, or gives the failure back when there is none.
pub struct Tries<'a> {
    config: &'a Config,
    refusals: &'a Refusals,
    models: Vec<&'a str>,
    model: usize,
    failed: u32,
    total: Option<Duration>,
    deadline: Option<Instant>,
    attempts: Vec<String>,
    passed_over: usize,
}

impl<'a> Tries<'a> {
    /// `models` are in order of preference, and at least one.
    pub fn new(transport: &'a Transport, models: &'a [String]) -> Self {
        let (config, refusals) = (&*transport.config, &*transport.refusals);
        let total = config.timeouts.total;
        let mut tries = Self {
            config,
            refusals,
            models: models.iter().map(String::as_str).collect(),
            model: 0,
            failed: 0,
            total,
            deadline: total.map(|limit| Instant::now() + limit),
            attempts: Vec::new(),
            passed_over: 0,
        };
        if models.len() > 1 {
            tries.pass_over_refused();
        }
        tries
    }

    fn pass_over_refused(&mut self) {
        let now = std::time::Instant::now();
        let is_refused = |model: &&str| self.refusals.holds(self.config.scope, model, now);
        let (refused, others): (Vec<&str>, Vec<&str>) = self.models.iter().copied().partition(is_refused);
        if !others.is_empty() {
            let minutes = REMEMBERED.as_secs() / 60;
            let told = |model: &&str| {
                format!("{model}: not asked, it was refused within the last {minutes} minutes")
            };
            self.attempts.extend(refused.iter().map(told));
            self.passed_over = refused.len();
            self.models = others;
        }
    }

    /// The model of the try that is due.
    pub fn model(&self) -> &'a str {
        self.models[self.model]
    }

    /// How many tries have failed.
    pub fn failed(&self) -> usize {
        self.attempts.len() - self.passed_over
    }

    /// The model has answered.
    pub fn served(&self) {
        self.refusals.forget(self.config.scope, self.model());
    }

    /// By reference: a future that holds another by value holds room for it twice.
    pub async fn bound<T>(&self, once: Pin<&mut impl Future<Output = Result<T, Error>>>) -> Result<T, Error> {
        match (self.deadline, self.total) {
            (Some(deadline), Some(limit)) => timeout_at(deadline, once)
                .await
                .unwrap_or_else(|_| Err(timed_out(Phase::Total, limit, "waiting for the whole answer"))),
            _ => once.await,
        }
    }

    pub async fn after(&mut self, error: Error) -> Result<(), Error> {
        // Whatever a server says may repeat the key.
        let error = error.map_text(|text| self.config.scrub(text));
        self.failed += 1;
        let model = self.model();
        let told = error.message();
        self.attempts.push(if model.is_empty() { told.to_owned() } else { format!("{model}: {told}") });
        if refusals::is_of_the_model(&error) {
            self.refusals.note(self.config.scope, model, std::time::Instant::now());
        }
        if self.model + 1 < self.models.len() && retry::next_model(&error) {
            self.model += 1;
            self.failed = 0;
            return Ok(());
        }
        match retry::delay(&error, self.failed, self.config.max_retries, fastrand::f64()) {
            // What would come too late is not waited for: the failure at hand says more than a timeout.
            Some(wait) if self.deadline.is_none_or(|deadline| Instant::now() + wait < deadline) => {
                sleep(wait).await;
                Ok(())
            }
            _ => Err(self.told(error)),
        }
    }

    fn told(&mut self, mut error: Error) -> Error {
        error.details_mut().attempts = std::mem::take(&mut self.attempts);
        error
    }
}
