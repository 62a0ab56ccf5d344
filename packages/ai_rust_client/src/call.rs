//! One call: tries, models in order of preference, and the total timer.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout_at};

use crate::config::Config;
use crate::error::{Error, Phase};
use crate::retry;
use crate::transport::timed_out;

/// A request body that differs only in its model.
#[derive(Debug, Clone)]
pub struct Body {
    models: Vec<String>,
    /// Everything after the model's name, from the comma on.
    rest: Bytes,
}

impl Body {
    /// `rest` continues the object that begins with the model: `,"messages":[…]}`. `models` is not empty.
    pub fn new(models: Vec<String>, rest: Vec<u8>) -> Self {
        Self { models, rest: rest.into() }
    }

    pub fn for_model(&self, model: &str) -> Bytes {
        let mut body = Vec::with_capacity(self.rest.len() + model.len() + 16);
        body.extend_from_slice(b"{\"model\":");
        // Writing a string into memory cannot fail.
        let _ = serde_json::to_writer(&mut body, model);
        body.extend_from_slice(&self.rest);
        body.into()
    }

    pub fn models(&self) -> &[String] {
        &self.models
    }
}

/// The tries of one call. The caller makes each, `bound` by what is left of the total time, and gives every failure
/// to `after`, which returns when the next try is due, or gives the failure back when there is none.
pub struct Tries<'a> {
    config: &'a Config,
    models: &'a [String],
    model: usize,
    failed: u32,
    total: Option<Duration>,
    deadline: Option<Instant>,
    attempts: Vec<String>,
}

impl<'a> Tries<'a> {
    /// `models` are in order of preference, and at least one.
    pub fn new(config: &'a Config, models: &'a [String]) -> Self {
        let total = config.timeouts.total;
        Self {
            config,
            models,
            model: 0,
            failed: 0,
            total,
            deadline: total.map(|limit| Instant::now() + limit),
            attempts: Vec::new(),
        }
    }

    /// The model of the try that is due.
    pub fn model(&self) -> &'a str {
        &self.models[self.model]
    }

    pub async fn bound<T>(&self, once: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
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
