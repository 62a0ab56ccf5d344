//! Errors as providers, gateways and web frameworks report them.
//!
//! There is no common shape, so the reason is looked for: under the names that are in use for it, at any depth, in JSON
//! within text, and in web pages. A sentence is better than a code, and a code is better than nothing.

use serde_json::{Map, Value};

use crate::protocol::markup;

const MAX_DEPTH: usize = 8;
const MAX_REASONS: usize = 20;

/// Names of reasons in order of preference, in lower case and without `_` and `-`.
const REASON_NAMES: [&str; 19] = [
    "errordescription",
    "errormessage",
    "errormsg",
    "error",
    "message",
    "msg",
    "faultstring",
    "detail",
    "details",
    "errors",
    "issues",
    "fault",
    "statusmsg",
    "statusmessage",
    "reason",
    "description",
    "title",
    "response",
    "exception",
];

const CODE_NAMES: [&str; 5] = ["code", "errorcode", "type", "errortype", "status"];

const STATUS_NAMES: [&str; 8] = [
    "code",
    "status",
    "statuscode",
    "httpstatus",
    "httpstatuscode",
    "httpcode",
    "errorcode",
    "rawstatuscode",
];

/// Where an error, and its status, may be within an object.
const NESTING_NAMES: [&str; 5] = ["error", "errors", "detail", "fault", "response"];

/// They say no more than the status itself.
const STATUS_PHRASES: [&str; 12] = [
    "bad request",
    "payment required",
    "not found",
    "method not allowed",
    "payload too large",
    "unprocessable entity",
    "unprocessable content",
    "too many requests",
    "internal server error",
    "bad gateway",
    "service unavailable",
    "gateway timeout",
];

/// An error that a provider reports, in any of the shapes in use.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ProviderError {
    /// As the provider wrote it: neither masked nor on one line.
    pub message: String,
    /// The HTTP status that the error names.
    pub status: Option<u16>,
}

/// Whether a field `error` reports one: some servers always send it, empty.
pub fn is_error(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(is_error),
        Value::Object(fields) => fields.values().any(is_error),
        Value::Bool(true) => true,
    }
}

impl ProviderError {
    /// From the body of a response, whatever it is. `None` if it is neither JSON nor markup with a reason in it.
    pub fn from_text(body: &str) -> Option<Self> {
        let message = text_reason(body, 0).filter(|reason| reason != body.trim() || is_json_text(body))?;
        let status = serde_json::from_str(body).ok().and_then(|json| status(&json, 0));
        Some(Self { message, status })
    }

    /// From a response with a good status that is not an answer.
    pub fn instead_of_answer(body: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(body).ok()?;
        if json.get("choices").is_some() { None } else { Self::from_text(body) }
    }

    /// From the JSON of an error, or of an object with an error in it.
    pub fn from_error(error: &Value) -> Self {
        let message = joined(reasons(error, 0)).unwrap_or_else(|| error.to_string());
        Self { message, status: status(error, 0) }
    }
}

fn is_json_text(body: &str) -> bool {
    body.trim_start().starts_with('"')
}

fn joined(reasons: Vec<String>) -> Option<String> {
    let mut different: Vec<String> = Vec::new();
    for reason in reasons {
        if different.len() < MAX_REASONS && !different.contains(&reason) {
            different.push(reason);
        }
    }
    (!different.is_empty()).then(|| different.join("; "))
}

fn reasons(value: &Value, depth: usize) -> Vec<String> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    match value {
        Value::String(text) => text_reason(text, depth).into_iter().collect(),
        Value::Array(values) => values.iter().flat_map(|value| reasons(value, depth + 1)).collect(),
        Value::Object(fields) => object_reasons(fields, depth),
        _ => Vec::new(),
    }
}

/// The reason in a text that may be markup or JSON, or have JSON in it.
fn text_reason(text: &str, depth: usize) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if depth > MAX_DEPTH {
        return Some(text.to_owned());
    }
    if text.starts_with('<') {
        let texts = markup::texts(text);
        return texts.iter().find(|text| is_sentence(text)).or(texts.first()).cloned();
    }
    if text.starts_with(['{', '[', '"'])
        && let Ok(json) = serde_json::from_str(text)
    {
        return joined(reasons(&json, depth + 1));
    }
    Some(reason_of_embedded_json(text, depth).unwrap_or_else(|| text.to_owned()))
}

/// `text` with the first JSON object in it replaced by its reason.
fn reason_of_embedded_json(text: &str, depth: usize) -> Option<String> {
    let start = text.find('{')?;
    let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
    let json = values.next()?.ok()?;
    let reason = joined(reasons(&json, depth + 1)).filter(|reason| is_sentence(reason))?;
    Some(format!("{}{reason}{}", &text[..start], &text[start + values.byte_offset()..]))
}

fn object_reasons(fields: &Map<String, Value>, depth: usize) -> Vec<String> {
    let mut found = best_reasons(fields, depth);
    if let Some(raw) = fields.get("metadata").and_then(|metadata| metadata.get("raw")).and_then(Value::as_str)
        && let Some(raw) = text_reason(raw, depth + 1)
    {
        found = vec![joined(found).map_or_else(|| raw.clone(), |reason| format!("{reason}: {raw}"))];
    }
    match subject(fields) {
        Some(subject) => found.into_iter().map(|reason| format!("{subject}: {reason}")).collect(),
        None => found,
    }
}

fn best_reasons(fields: &Map<String, Value>, depth: usize) -> Vec<String> {
    let named = named(fields, &REASON_NAMES);
    let mut candidates: Vec<Vec<String>> =
        named.map(|value| reasons(value, depth + 1)).filter(|reasons| !reasons.is_empty()).collect();
    if !candidates.is_empty() {
        let best = candidates.iter().position(|reasons| reasons.iter().any(|reason| is_sentence(reason)));
        return candidates.swap_remove(best.unwrap_or(0));
    }
    let others: Vec<String> =
        fields.iter().flat_map(|(name, value)| reasons_of_field(name, value, depth)).collect();
    if !others.is_empty() {
        return others;
    }
    let code =
        self::named(fields, &CODE_NAMES).filter_map(Value::as_str).find(|code| !code.trim().is_empty());
    code.map(str::to_owned).into_iter().collect()
}

/// The sentences of a field with an unknown name, which is what they are about if they are plain text.
fn reasons_of_field(name: &str, value: &Value, depth: usize) -> Vec<String> {
    let is_text = match value {
        Value::Array(values) => values.iter().all(Value::is_string),
        value => value.is_string(),
    };
    let sentences = reasons(value, depth + 1).into_iter().filter(|reason| is_sentence(reason));
    sentences.map(|reason| if is_text { format!("{name}: {reason}") } else { reason }).collect()
}

/// The field of the request that an error is about.
fn subject(fields: &Map<String, Value>) -> Option<String> {
    let parts = fields.get("loc").or_else(|| fields.get("path")).and_then(Value::as_array);
    if let Some(parts) = parts.filter(|parts| !parts.is_empty()) {
        let part = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
        return Some(parts.iter().map(part).collect::<Vec<_>>().join("."));
    }
    fields.get("field").and_then(Value::as_str).filter(|field| !field.is_empty()).map(str::to_owned)
}

/// The values under `names`, in their order.
fn named<'a>(fields: &'a Map<String, Value>, names: &[&str]) -> impl Iterator<Item = &'a Value> {
    let rank = |name: &str| {
        let name: String = name.chars().filter(|c| !matches!(c, '_' | '-')).collect();
        names.iter().position(|known| name.eq_ignore_ascii_case(known))
    };
    let mut values: Vec<(usize, &Value)> =
        fields.iter().filter_map(|(name, value)| Some((rank(name)?, value))).collect();
    values.sort_by_key(|(rank, _)| *rank);
    values.into_iter().map(|(_, value)| value)
}

fn is_sentence(text: &str) -> bool {
    let text = text.trim();
    text.contains(char::is_whitespace)
        && text.contains(char::is_alphabetic)
        && !STATUS_PHRASES.iter().any(|phrase| text.eq_ignore_ascii_case(phrase))
}

/// The status that an error names, or that is beside it.
fn status(value: &Value, depth: usize) -> Option<u16> {
    if depth > MAX_DEPTH {
        return None;
    }
    match value {
        Value::Array(values) => values.iter().find_map(|value| status(value, depth + 1)),
        Value::Object(fields) => {
            let nested = || named(fields, &NESTING_NAMES).find_map(|value| status(value, depth + 1));
            nested().or_else(|| named(fields, &STATUS_NAMES).find_map(http_status))
        }
        _ => None,
    }
}

fn http_status(value: &Value) -> Option<u16> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok()?,
        value => value.as_u64()?,
    };
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_the_vectors_gives_its_reason() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../minimal_browser_core/src/minimal_browser_core/testing/vectors/errors.json"
        );
        let shapes: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for shape in shapes {
            let body = shape["body"].as_str().unwrap();
            let Some(error) = ProviderError::from_text(body) else { continue };
            if shape["body"].as_str().is_some_and(|body| !body.contains("choices")) {
                assert_eq!(crate::text::one_line(&error.message), shape["reason"], "{}", shape["name"]);
            }
        }
    }

    #[test]
    fn a_body_without_a_reason_has_none() {
        for body in ["", "{}", "[]", "null", "1", r#"{"ok": false}"#, "plain text", r#"{"error": "#] {
            assert_eq!(ProviderError::from_text(body), None, "{body}");
        }
    }

    #[test]
    fn nested_reasons_come_to_an_end() {
        let mut body = "\"so deep\"".to_owned();
        for _ in 0..100 {
            body = format!(r#"{{"error": {body}}}"#);
        }
        assert_eq!(ProviderError::from_text(&body), None);
    }
}
