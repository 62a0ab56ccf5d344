//! Models that a provider has refused, so that a list of models does not pay for the same refusal call after call.
//!
//! One memory for the whole process, shared by all clients of the same base URL and headers (the key among them). A
//! refusal counts for ten minutes. It only ever reorders lists: a model asked for by itself is always asked, and where
//! every model of a list has been refused all of them are asked again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind};
use crate::process::PerProcess;

pub const REMEMBERED: Duration = Duration::from_secs(600);
const MOST: usize = 1024;

/// Who refused: `Config::scope`, and the model.
type Key = (u64, String);

#[derive(Default)]
pub struct Refusals {
    until: Mutex<HashMap<Key, Instant>>,
}

impl Refusals {
    pub fn note(&self, scope: u64, model: &str, now: Instant) {
        let mut until = self.lock();
        until.retain(|_, end| *end > now);
        if until.len() >= MOST
            && let Some(oldest) = until.iter().min_by_key(|(_, end)| **end).map(|(key, _)| key.clone())
        {
            until.remove(&oldest);
        }
        until.insert((scope, model.to_owned()), now + REMEMBERED);
    }

    pub fn forget(&self, scope: u64, model: &str) {
        let mut until = self.lock();
        if !until.is_empty() {
            until.remove(&(scope, model.to_owned()));
        }
    }

    pub fn holds(&self, scope: u64, model: &str, now: Instant) -> bool {
        let until = self.lock();
        !until.is_empty() && until.get(&(scope, model.to_owned())).is_some_and(|end| *end > now)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// This process's memory. A forked child begins with an empty one: its parent's lock may be held for ever.
pub fn refusals() -> Arc<Refusals> {
    static REFUSALS: PerProcess<Arc<Refusals>> = PerProcess::new();
    let Ok(refusals) = REFUSALS.get_or_try_make(|| Ok::<_, std::convert::Infallible>(Arc::default()));
    refusals
}

/// What else a 402, 403 or 404 may be about: this one request, and not the model.
const ABOUT_THE_REQUEST: [&str; 6] = [
    "max_tokens",
    "context length",
    "context_length",
    "moderation",
    "flagged",
    "endpoints found that support",
];

/// How a 400 or 422 says that there is no such model.
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

/// Whether the provider would say the same of the same model to any other request.
pub fn is_of_the_model(error: &Error) -> bool {
    let details = error.details();
    if details.delivered || !matches!(error.kind(), Kind::Status(_) | Kind::Interrupted) {
        return false;
    }
    let body = details.body.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| body.contains(word));
    match details.status {
        Some(402..=404) => !says(&ABOUT_THE_REQUEST),
        Some(400 | 422) => body.contains("model") && says(&NO_SUCH_MODEL),
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
    fn a_refusal_is_remembered_for_its_time_and_its_scope() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        refusals.note(1, "a", now);
        assert!(refusals.holds(1, "a", now));
        assert!(!refusals.holds(2, "a", now));
        assert!(!refusals.holds(1, "b", now));
        assert!(!refusals.holds(1, "a", now + REMEMBERED));
        refusals.forget(1, "a");
        assert!(!refusals.holds(1, "a", now));
    }

    #[test]
    fn the_memory_is_bounded_and_drops_the_oldest() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        for n in 0..=MOST as u32 {
            refusals.note(1, &n.to_string(), now + Duration::from_millis(n.into()));
        }
        assert_eq!(refusals.lock().len(), MOST);
        let later = now + Duration::from_millis(MOST as u64);
        assert!(!refusals.holds(1, "0", later));
        assert!(refusals.holds(1, "1", later));
    }

    #[test]
    fn only_what_is_said_of_the_model_counts() {
        assert!(is_of_the_model(&refused(404, "no such model")));
        assert!(is_of_the_model(&refused(402, "needs credits")));
        assert!(is_of_the_model(&refused(403, "not for you")));
        assert!(is_of_the_model(&refused(400, "x/y is not a valid model ID")));
        assert!(!is_of_the_model(&refused(400, "this model's maximum context length is 8192 tokens")));
        assert!(!is_of_the_model(&refused(402, "requires more credits, or fewer max_tokens")));
        assert!(!is_of_the_model(&refused(403, "your input was flagged")));
        assert!(!is_of_the_model(&refused(404, "No endpoints found that support tool use")));
        assert!(!is_of_the_model(&refused(429, "busy")));
        assert!(!is_of_the_model(&refused(401, "no such key")));
    }
}
