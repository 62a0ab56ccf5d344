//! The headers of a response as they may be shown.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue, LOCATION, SET_COOKIE};

use crate::http::masks::{MASK, Masks};
use crate::text::one_line;

const REQUEST_ID_NAMES: [&str; 3] = ["x-request-id", "request-id", "x-generation-id"];

/// The provider's id of the request.
pub fn request_id(masks: &Masks, headers: &HeaderMap) -> Option<String> {
    let name = REQUEST_ID_NAMES.iter().find(|name| headers.contains_key(**name))?;
    Some(one_line(&masks.mask(text(&headers[*name]).into_owned())))
}

/// All headers, with secrets masked; names are in lower case. The values of a repeated header are joined by commas (RFC
/// 9110, section 5.3).
pub fn shown_headers(masks: &Masks, headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = masks.mask(shown_value(name, value));
        shown
            .entry(name.as_str().to_owned())
            .and_modify(|values| {
                values.push_str(", ");
                values.push_str(&value);
            })
            .or_insert(value);
    }
    shown
}

/// The reverse of `shown_headers`, without the secrets.
pub fn from_shown_headers(shown: &BTreeMap<String, String>) -> HeaderMap {
    let header = |(name, value): (&String, &String)| Some((name.parse().ok()?, value.parse().ok()?));
    shown.iter().filter_map(header).collect::<HeaderMap>()
}

/// A cookie and the query of a redirect may contain secrets of the server.
pub fn shown_value(name: &HeaderName, value: &HeaderValue) -> String {
    let value = text(value);
    match value.split_once('?') {
        _ if name == SET_COOKIE => MASK.to_owned(),
        Some((location, _)) if name == LOCATION => format!("{location}?{MASK}"),
        _ => value.into_owned(),
    }
}

pub fn is_rate_limit(name: &str) -> bool {
    name.contains("ratelimit") || name == "retry-after"
}

fn text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let header = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        pairs.iter().copied().map(header).collect::<Vec<_>>().into_iter().fold(
            HeaderMap::new(),
            |mut map, (name, value)| {
                map.append(name, value);
                map
            },
        )
    }

    #[test]
    fn secrets_cookies_and_queries_are_masked() {
        let masks = Masks::new(["sk-0123456789".to_owned()]);
        let headers = headers(&[
            ("x-request-id", "sk-0123456789"),
            ("set-cookie", "session=1"),
            ("location", "/v2?token=2"),
            ("x-ratelimit-limit", "1"),
            ("x-ratelimit-limit", "2"),
        ]);
        assert_eq!(request_id(&masks, &headers).as_deref(), Some("***"));
        let shown = shown_headers(&masks, &headers);
        assert_eq!(shown["set-cookie"], "***");
        assert_eq!(shown["location"], "/v2?***");
        assert_eq!(shown["x-ratelimit-limit"], "1, 2");
        assert!(is_rate_limit("x-ratelimit-limit"));
    }
}
