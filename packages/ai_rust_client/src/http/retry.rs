//! The retry policy: which failed attempts are repeated, and when.
//!
//! Repeated are failed connections, connections lost before the answer began, 408, 409, 429 and 5xx; never after the
//! reader has received a part of the answer, and never against the server's `x-should-retry: false`. The delay doubles
//! from half a second up to eight seconds, with full jitter. A delay that the server asks for is used if it is at most
//! a minute; a longer one ends the call, and one of zero is ignored, since all clients would come back at once. A model
//! that is refused or unavailable is replaced by the next one at once.

use std::time::{Duration, SystemTime};

use crate::error::{Error, Kind, Phase};

const FIRST_DELAY: Duration = Duration::from_millis(500);
const MAX_DELAY: Duration = Duration::from_secs(8);
const MAX_REQUESTED_DELAY: Duration = Duration::from_secs(60);

/// The delay before the next attempt with the same model, or `None` if there is none. `attempts` is the number of
/// failed attempts so far; `jitter` is in `0.0..=1.0`.
pub fn delay(error: &Error, attempts: u32, max_retries: u32, jitter: f64) -> Option<Duration> {
    let details = error.details();
    let is_repeatable = match error.kind() {
        Kind::Connection | Kind::Timeout(Phase::Connect) => true,
        Kind::Status(status) => details.should_retry.unwrap_or(matches!(status, 408 | 409 | 429 | 500..=599)),
        _ => false,
    };
    if !is_repeatable || details.delivered || attempts > max_retries {
        return None;
    }
    if let Some(requested) = details.retry_after.filter(|requested| !requested.is_zero()) {
        return (requested <= MAX_REQUESTED_DELAY).then_some(requested);
    }
    let ceiling = FIRST_DELAY.saturating_mul(1 << (attempts - 1).min(10)).min(MAX_DELAY);
    Some(ceiling.mul_f64(jitter.clamp(0.0, 1.0)))
}

/// Whether another model may succeed after this failure.
pub fn should_try_next_model(error: &Error) -> bool {
    let details = error.details();
    if details.delivered {
        return false;
    }
    match (error.kind(), details.status) {
        (Kind::Timeout(phase), _) => matches!(phase, Phase::Idle | Phase::FirstToken),
        // A bad request is bad for every model, unless the model is what is wrong with it.
        (Kind::Status(_), Some(400 | 422)) => details.body.to_ascii_lowercase().contains("model"),
        (Kind::Status(_) | Kind::Interrupted, Some(status)) => {
            matches!(status, 402 | 403 | 404 | 408 | 409 | 429 | 500..=599)
        }
        _ => false,
    }
}

/// The delay that the server asks for: `retry-after-ms`, or `Retry-After` as seconds or as an HTTP date.
pub fn retry_after(headers: &http::HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str| text.parse::<f64>().ok().and_then(|n| Duration::try_from_secs_f64(n).ok());
    if let Some(milliseconds) = text("retry-after-ms").and_then(number) {
        return Some(milliseconds / 1000);
    }
    let requested = text("retry-after")?;
    number(requested).or_else(|| {
        let date = httpdate::parse_http_date(requested).ok()?;
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
    fn delays_double_up_to_eight_seconds() {
        let delays: Vec<_> =
            (1..=7).map(|attempts| delay(&status(503), attempts, 9, 1.0).unwrap().as_millis()).collect();
        assert_eq!(delays, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
    }

    #[test]
    fn jitter_can_reduce_the_delay_to_zero() {
        assert_eq!(delay(&status(503), 3, 9, 0.0), Some(Duration::ZERO));
    }

    #[test]
    fn only_temporary_failures_are_repeated() {
        let repeated: Vec<u16> =
            (400..600).filter(|code| delay(&status(*code), 1, 2, 1.0).is_some()).collect();
        let expected: Vec<u16> = [408, 409, 429].into_iter().chain(500..600).collect();
        assert_eq!(repeated, expected);
    }

    #[test]
    fn attempts_end_after_max_retries() {
        assert!(delay(&status(503), 2, 2, 1.0).is_some());
        assert_eq!(delay(&status(503), 3, 2, 1.0), None);
        assert_eq!(delay(&status(503), 1, 0, 1.0), None);
    }

    #[test]
    fn nothing_is_repeated_after_a_part_was_delivered() {
        let mut error = status(503);
        error.details_mut().delivered = true;
        assert_eq!(delay(&error, 1, 2, 1.0), None);
        assert!(!should_try_next_model(&error));
    }

    #[test]
    fn the_server_decides_with_x_should_retry() {
        let mut refused = status(503);
        refused.details_mut().should_retry = Some(false);
        assert_eq!(delay(&refused, 1, 2, 1.0), None);
        let mut requested = status(400);
        requested.details_mut().should_retry = Some(true);
        assert!(delay(&requested, 1, 2, 1.0).is_some());
    }

    #[test]
    fn a_requested_delay_is_used_up_to_a_minute() {
        let mut error = status(429);
        error.details_mut().retry_after = Some(Duration::from_secs(60));
        assert_eq!(delay(&error, 1, 2, 0.0), Some(Duration::from_secs(60)));
        error.details_mut().retry_after = Some(Duration::from_secs(61));
        assert_eq!(delay(&error, 1, 2, 0.0), None);
    }

    #[test]
    fn a_requested_delay_of_zero_is_ignored() {
        let mut error = status(429);
        error.details_mut().retry_after = Some(Duration::ZERO);
        assert_eq!(delay(&error, 2, 2, 1.0), Some(Duration::from_secs(1)));
    }

    #[test]
    fn retry_after_is_parsed_in_all_three_forms() {
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
    fn the_next_model_is_tried_after_a_bad_request_only_if_the_model_is_bad() {
        let mut error = status(400);
        error.details_mut().body = "temperature must be positive".into();
        assert!(!should_try_next_model(&error));
        error.details_mut().body = "not-here is not a valid model ID".into();
        assert!(should_try_next_model(&error));
        assert!(!should_try_next_model(&status(401)));
        assert!(should_try_next_model(&status(404)));
    }
}
