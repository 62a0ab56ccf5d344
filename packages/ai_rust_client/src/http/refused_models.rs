//! Models that a provider has refused, so that a list of models does not repeat the same refused request in every call.
//!
//! Shared by all clients of a process with the same base URL and headers (which include the key). A refusal counts for
//! ten minutes. It only affects lists: a single model is always tried, and so are all models of a list if all were
//! refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind};
use crate::runtime::process::PerProcess;

pub const REMEMBERED: Duration = Duration::from_secs(600);
const MAX_ENTRIES: usize = 1024;

/// `Config::scope`, and the model.
type Key = (u64, String);

#[derive(Default)]
pub struct RefusedModels {
    expiry: Mutex<HashMap<Key, Instant>>,
}

impl RefusedModels {
    pub fn insert(&self, scope: u64, model: &str, now: Instant) {
        let mut expiry = self.lock();
        expiry.retain(|_, end| *end > now);
        if expiry.len() >= MAX_ENTRIES
            && let Some(oldest) = expiry.iter().min_by_key(|(_, end)| **end).map(|(key, _)| key.clone())
        {
            expiry.remove(&oldest);
        }
        expiry.insert((scope, model.to_owned()), now + REMEMBERED);
    }

    pub fn remove(&self, scope: u64, model: &str) {
        let mut expiry = self.lock();
        if !expiry.is_empty() {
            expiry.remove(&(scope, model.to_owned()));
        }
    }

    pub fn contains(&self, scope: u64, model: &str, now: Instant) -> bool {
        let expiry = self.lock();
        !expiry.is_empty() && expiry.get(&(scope, model.to_owned())).is_some_and(|end| *end > now)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Instant>> {
        self.expiry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The refused models of this process. A forked child starts with none: its parent's lock may be held forever.
pub fn refused_models() -> Arc<RefusedModels> {
    static REFUSED_MODELS: PerProcess<Arc<RefusedModels>> = PerProcess::new();
    let Ok(models) = REFUSED_MODELS.get_or_try_make(|| Ok::<_, std::convert::Infallible>(Arc::default()));
    models
}

/// A 402, 403 or 404 with one of these texts is about the request, not about the model.
const ABOUT_THE_REQUEST: [&str; 6] = [
    "max_tokens",
    "context length",
    "context_length",
    "moderation",
    "flagged",
    "endpoints found that support",
];

/// A 400 or 422 with one of these texts means that the model does not exist.
const NO_SUCH_MODEL: [&str; 9] = [
    "not a valid model",
    "invalid model",
    "model_not_found",
    "model not found",
    "unknown model",
    "no such model",
    "not a model",
    "does not exist",
    "is not available",
];

/// Whether the provider would refuse the same model for any other request too.
pub fn is_model_refused(error: &Error) -> bool {
    let details = error.details();
    if details.delivered || !matches!(error.kind(), Kind::Status(_) | Kind::Interrupted) {
        return false;
    }
    let body = details.body.to_ascii_lowercase();
    let contains_any = |words: &[&str]| words.iter().any(|word| body.contains(word));
    match details.status {
        Some(402..=404) => !contains_any(&ABOUT_THE_REQUEST),
        Some(400 | 422) => body.contains("model") && contains_any(&NO_SUCH_MODEL),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Details;

    fn refused(status: u16, body: &str) -> Error {
        let details = Details { status: Some(status), body: body.to_owned(), ..Details::default() };
        Error::with(Kind::Status(status), "", details)
    }

    #[test]
    fn a_refusal_counts_for_ten_minutes_in_its_scope() {
        let (models, now) = (RefusedModels::default(), Instant::now());
        models.insert(1, "a", now);
        assert!(models.contains(1, "a", now));
        assert!(!models.contains(2, "a", now));
        assert!(!models.contains(1, "b", now));
        assert!(!models.contains(1, "a", now + REMEMBERED));
        models.remove(1, "a");
        assert!(!models.contains(1, "a", now));
    }

    #[test]
    fn the_number_of_models_is_limited_and_the_oldest_is_dropped() {
        let (models, now) = (RefusedModels::default(), Instant::now());
        let mut later = now;
        for n in 0..=MAX_ENTRIES {
            later += Duration::from_millis(1);
            models.insert(1, &n.to_string(), later);
        }
        assert_eq!(models.lock().len(), MAX_ENTRIES);
        assert!(!models.contains(1, "0", later));
        assert!(models.contains(1, "1", later));
    }

    #[test]
    fn only_refusals_of_the_model_count() {
        assert!(is_model_refused(&refused(404, "no such model")));
        assert!(is_model_refused(&refused(402, "needs credits")));
        assert!(is_model_refused(&refused(403, "not for you")));
        assert!(is_model_refused(&refused(400, "x/y is not a valid model ID")));
        assert!(!is_model_refused(&refused(400, "this model's maximum context length is 8192 tokens")));
        assert!(!is_model_refused(&refused(402, "requires more credits, or fewer max_tokens")));
        assert!(!is_model_refused(&refused(403, "your input was flagged")));
        assert!(!is_model_refused(&refused(404, "No endpoints found that support tool use")));
        assert!(!is_model_refused(&refused(429, "busy")));
        assert!(!is_model_refused(&refused(401, "no such key")));
    }
}
