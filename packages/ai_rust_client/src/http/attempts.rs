//! The attempts of one call: models in order of preference, retries, and the total timeout.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::error::Error;
use crate::http::config::Config;
use crate::http::refused_models::{self, REMEMBERED, RefusedModels};
use crate::http::retry;
use crate::http::transport::Transport;

/// The caller makes each attempt under `limit`, which applies the rest of the total timeout, and passes every failure
/// to `retry_after`. That returns when the next attempt is due, or returns the failure if there is none.
pub struct Attempts<'a> {
    config: &'a Config,
    refused_models: &'a RefusedModels,
    models: Vec<&'a str>,
    model: usize,
    /// Failed attempts of the current model.
    failed: u32,
    total_timeout: Option<Duration>,
    deadline: Option<Instant>,
    /// One line for each model that was skipped and for each failed attempt.
    report: Vec<String>,
    skipped: usize,
}

impl<'a> Attempts<'a> {
    /// `models` are in order of preference, and at least one.
    pub fn new(transport: &'a Transport, models: &'a [String]) -> Self {
        let config = &*transport.config;
        let total_timeout = config.timeouts.total;
        let mut attempts = Self {
            config,
            refused_models: &transport.refused_models,
            models: models.iter().map(String::as_str).collect(),
            model: 0,
            failed: 0,
            total_timeout,
            deadline: total_timeout.map(|limit| Instant::now() + limit),
            report: Vec::new(),
            skipped: 0,
        };
        if models.len() > 1 {
            attempts.skip_refused_models();
        }
        attempts
    }

    fn skip_refused_models(&mut self) {
        let now = std::time::Instant::now();
        let is_refused = |model: &&str| self.refused_models.contains(self.config.scope, model, now);
        let (refused, others): (Vec<&str>, Vec<&str>) = self.models.iter().copied().partition(is_refused);
        if !others.is_empty() {
            let minutes = REMEMBERED.as_secs() / 60;
            let line = |model: &&str| {
                format!("{model}: not asked, it was refused within the last {minutes} minutes")
            };
            self.report.extend(refused.iter().map(line));
            self.skipped = refused.len();
            self.models = others;
        }
    }

    /// The model of the attempt that is due.
    pub fn model(&self) -> &'a str {
        self.models[self.model]
    }

    /// How many attempts have failed.
    pub fn failed(&self) -> usize {
        self.report.len() - self.skipped
    }

    /// The model has answered.
    pub fn succeeded(&self) {
        self.refused_models.remove(self.config.scope, self.model());
    }

    /// Apply the total timeout. By reference: a future that contains another by value has room for it twice.
    pub async fn limit<T>(
        &self,
        attempt: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        match (self.deadline, self.total_timeout) {
            (Some(deadline), Some(limit)) => timeout_at(deadline, attempt).await.unwrap_or_else(|_| {
                Err(self.config.total_timeout_error(limit, "waiting for the whole answer"))
            }),
            _ => attempt.await,
        }
    }

    pub async fn retry_after(&mut self, error: Error) -> Result<(), Error> {
        // Any text of a server may repeat the key.
        let error = self.config.masks.clean(error);
        self.failed += 1;
        let model = self.model();
        let message = error.message();
        self.report.push(if model.is_empty() { message.to_owned() } else { format!("{model}: {message}") });
        if refused_models::is_model_refused(&error) {
            self.refused_models.insert(self.config.scope, model, std::time::Instant::now());
        }
        if self.model + 1 < self.models.len() && retry::should_try_next_model(&error) {
            self.model += 1;
            self.failed = 0;
            return Ok(());
        }
        match retry::delay(&error, self.failed, self.config.max_retries, fastrand::f64()) {
            // Do not wait for an attempt that comes too late: this failure says more than a timeout.
            Some(wait) if self.deadline.is_none_or(|deadline| Instant::now() + wait < deadline) => {
                sleep(wait).await;
                Ok(())
            }
            _ => {
                let mut error = error;
                error.details_mut().attempts = std::mem::take(&mut self.report);
                Err(error)
            }
        }
    }
}
