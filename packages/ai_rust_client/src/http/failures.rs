//! Failed requests as errors: what happened, where, and what to do about it. URLs are shown without their query.

use std::error::Error as _;
use std::time::SystemTime;

use http::header::LOCATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::StatusCode;
use url::Url;

use crate::error::{Details, Error, Kind, Phase};
use crate::http::config::Config;
use crate::http::masks::{End, shown_header};
use crate::http::retry;
use crate::protocol::provider_error::ProviderError;

/// The part of a body that an error keeps.
pub const MAX_ERROR_BODY: usize = 64 << 10;

/// The error of a response with an error status.
pub fn status_error(
    config: &Config,
    status: StatusCode,
    headers: &HeaderMap,
    url: &Url,
    (body, end): (&[u8], End),
) -> Error {
    let body = String::from_utf8_lossy(body).into_owned();
    let code = status.as_u16();
    let reason = match headers.get(LOCATION).map(|location| header_text(&LOCATION, location)) {
        Some(location) if status.is_redirection() => format!("it redirects to {location}"),
        _ => reason(config, &body),
    };
    let message = format!("{} answered {status}: {reason}{}", shown(url), hint(code));
    let details = Details {
        status: Some(code),
        request_id: request_id(headers),
        body: config.masks.mask_and_limit(body, MAX_ERROR_BODY, end),
        headers: header_texts(headers),
        retry_after: retry::retry_after(headers, SystemTime::now()),
        should_retry: headers.get("x-should-retry").and_then(|value| value.to_str().ok()?.parse().ok()),
        ..Details::default()
    };
    Error::with(Kind::Status(code), message, details)
}

/// Why a request was refused, as the body of the response says.
fn reason(config: &Config, body: &str) -> String {
    let reason = match ProviderError::from_text(body) {
        Some(error) => config.reason(&error),
        None => config.excerpt(body),
    };
    match &*reason {
        "" | "{}" | "[]" | "null" | "\"\"" => "no reason given".to_owned(),
        _ => reason,
    }
}

/// The error of a request to which no response came.
pub fn connection_error(config: &Config, error: &reqwest::Error, url: &Url) -> Error {
    if error.is_connect()
        && error.is_timeout()
        && let Some(limit) = config.timeouts.connect
    {
        return Error::timeout(Phase::Connect, limit, &format!("connecting to {}", shown(url)));
    }
    let causes = causes(error);
    let message = if error.is_connect() {
        let hint = if causes.contains("certificate") || causes.contains("UnknownIssuer") {
            "; if the server uses a private authority, pass its certificate as ca_bundle"
        } else {
            "; check base_url, the network and the proxy settings"
        };
        format!("could not connect to {}: {causes}{hint}", shown(url))
    } else {
        format!("{} closed the connection before it answered: {causes}", shown(url))
    };
    Error::new(Kind::Connection, message)
}

/// Never retried: the model has done its work and has been paid for it.
pub fn body_error(error: &reqwest::Error) -> Error {
    let message = format!("the connection broke before the answer was complete: {}", causes(error));
    Error::with(Kind::Connection, message, Details { delivered: true, ..Details::default() })
}

/// The part of a body that an error keeps.
pub fn limit_body(body: &str) -> String {
    let mut end = body.len().min(MAX_ERROR_BODY);
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    body[..end].to_owned()
}

pub fn request_id(headers: &HeaderMap) -> Option<String> {
    let names = ["x-request-id", "request-id", "x-generation-id"];
    let value = names.iter().find_map(|name| headers.get(*name))?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// A URL for messages, without its query, which may contain a key.
pub fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// The causes of an error, outermost first, each once, without URLs.
pub fn causes(error: &reqwest::Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !causes.iter().any(|earlier| earlier.contains(&text)) {
            causes.push(text);
        }
        source = error.source();
    }
    if causes.is_empty() { "the connection failed".to_owned() } else { causes.join(": ") }
}

fn header_text(name: &HeaderName, value: &HeaderValue) -> String {
    shown_header(name.as_str(), &String::from_utf8_lossy(value.as_bytes())).into_owned()
}

/// The headers as text; names are in lower case.
pub fn header_texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), header_text(name, value))).collect()
}

fn hint(status: u16) -> &'static str {
    match status {
        300..=399 => "; set base_url to where the API is, redirects are not followed with a key",
        401 => "; check the API key",
        402 => "; add credits at the provider, or choose a free model",
        404 => "; check the model's name and base_url",
        _ => "",
    }
}
