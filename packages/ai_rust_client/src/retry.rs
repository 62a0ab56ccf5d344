//! When a failed try is made again, and when.
//!
//! Tried again: no connection, a connection lost before the answer began, 408, 409, 429 and 5xx; never once a byte of
//! an answer was handed over, and never against the server's `x-should-retry: false`. The wait doubles from half a
//! second to at most eight, with full jitter; a wait that the server names is kept to when it is at most a minute,
//! and ends the call when it is longer. A model that is refused or unavailable gives way to the next at once.

use std::time::{Duration, SystemTime};

use crate::error::{Error, Kind, Phase};

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);
const LONGEST_NAMED: Duration = Duration::from_secs(60);

/// How long to wait before the same model is tried again, or `None` if it is not. `tries` is how many failed so far;
/// `jitter` is in `0.0..=1.0`.
pub fn delay(error: &Error, tries: u32, max_retries: u32, jitter: f64) -> Option<Duration> {
    let details = error.details();
    let again = match error.kind() {
        Kind::Connection | Kind::Timeout(Phase::Connect) => true,
        Kind::Status(status) => details.should_retry.unwrap_or(matches!(status, 408 | 409 | 429 | 500..=599)),
        _ => false,
    };
    if !again || details.delivered || tries > max_retries {
        return None;
    }
    match details.retry_after {
        Some(named) => (named <= LONGEST_NAMED).then_some(named),
        None => {
            let ceiling = FIRST.saturating_mul(1 << (tries - 1).min(10)).min(LONGEST);
            Some(ceiling.mul_f64(jitter.clamp(0.0, 1.0)))
        }
    }
}

/// Whether another model may do better where this one failed.
pub fn next_model(error: &Error) -> bool {
    let details = error.details();
    if details.delivered {
        return false;
    }
    match (error.kind(), details.status) {
        (Kind::Timeout(phase), _) => matches!(phase, Phase::Idle | Phase::FirstToken),
        // A bad request is bad for every model, unless it is the model that is wrong with it.
        (Kind::Status(_), Some(400 | 422)) => details.body.to_ascii_lowercase().contains("model"),
        (Kind::Status(_) | Kind::Interrupted, Some(status)) => {
            matches!(status, 402 | 403 | 404 | 408 | 409 | 429 | 500..=599)
        }
        _ => false,
    }
}

/// The wait that an answer's headers name: `retry-after-ms`, or `Retry-After` as seconds or as an HTTP date.
pub fn retry_after(headers: &http::HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str| text.parse::<f64>().ok().and_then(|n| Duration::try_from_secs_f64(n).ok());
    if let Some(milliseconds) = text("retry-after-ms").and_then(number) {
        return Some(milliseconds / 1000);
    }
    let named = text("retry-after")?;
    number(named).or_else(|| {
        let date = httpdate::parse_http_date(named).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Details;

    fn status(code: u16) -> Error {
        Error::with(Kind::Status(code), "", Details { status: Some(code), ..Details::default() })
    }

    fn headers(name: &'static str, value: &str) -> http::HeaderMap {
        http::HeaderMap::from_iter([(http::HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn waits_double_up_to_eight_seconds() {
        let waits: Vec<_> =
            (1..=7).map(|tries| delay(&status(503), tries, 9, 1.0).unwrap().as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
    }

    #[test]
    fn jitter_reaches_down_to_no_wait() {
        assert_eq!(delay(&status(503), 3, 9, 0.0), Some(Duration::ZERO));
    }

    #[test]
    fn only_passing_failures_are_tried_again() {
        let again: Vec<u16> = (400..600).filter(|code| delay(&status(*code), 1, 2, 1.0).is_some()).collect();
        let expected: Vec<u16> = [408, 409, 429].into_iter().chain(500..600).collect();
        assert_eq!(again, expected);
    }

    #[test]
    fn the_last_retry_is_the_last() {
        assert!(delay(&status(503), 2, 2, 1.0).is_some());
        assert_eq!(delay(&status(503), 3, 2, 1.0), None);
        assert_eq!(delay(&status(503), 1, 0, 1.0), None);
    }

    #[test]
    fn nothing_is_tried_again_once_something_was_delivered() {
        let mut error = status(503);
        error.details_mut().delivered = true;
        assert_eq!(delay(&error, 1, 2, 1.0), None);
        assert!(!next_model(&error));
    }

    #[test]
    fn the_server_has_the_last_word() {
        let mut refused = status(503);
        refused.details_mut().should_retry = Some(false);
        assert_eq!(delay(&refused, 1, 2, 1.0), None);
        let mut wanted = status(400);
        wanted.details_mut().should_retry = Some(true);
        assert!(delay(&wanted, 1, 2, 1.0).is_some());
    }

    #[test]
    fn a_named_wait_is_kept_to_up_to_a_minute() {
        let mut error = status(429);
        error.details_mut().retry_after = Some(Duration::from_secs(60));
        assert_eq!(delay(&error, 1, 2, 0.0), Some(Duration::from_secs(60)));
        error.details_mut().retry_after = Some(Duration::from_secs(61));
        assert_eq!(delay(&error, 1, 2, 0.0), None);
    }

    #[test]
    fn retry_after_is_read_in_all_three_forms() {
        let now = httpdate::parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap();
        assert_eq!(retry_after(&headers("retry-after-ms", "250"), now), Some(Duration::from_millis(250)));
        assert_eq!(retry_after(&headers("retry-after", "1.5"), now), Some(Duration::from_millis(1500)));
        let date = headers("retry-after", "Wed, 21 Oct 2015 07:28:09 GMT");
        assert_eq!(retry_after(&date, now), Some(Duration::from_secs(9)));
        assert_eq!(
            retry_after(&headers("retry-after", "Wed, 21 Oct 2015 07:00:00 GMT"), now),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after(&headers("retry-after", "soon"), now), None);
        assert_eq!(retry_after(&headers("retry-after", "-1"), now), None);
    }

    #[test]
    fn a_bad_request_moves_on_only_when_it_is_the_model_that_is_bad() {
        let mut error = status(400);
        error.details_mut().body = "temperature must be positive".into();
        assert!(!next_model(&error));
        error.details_mut().body = "not-here is not a valid model ID".into();
        assert!(next_model(&error));
        assert!(!next_model(&status(401)));
        assert!(next_model(&status(404)));
    }
}
