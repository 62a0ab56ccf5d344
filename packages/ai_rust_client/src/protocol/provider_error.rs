//! Errors as providers report them in JSON.

use serde_json::Value;

/// An error that a provider reports, in any of the shapes in use.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ProviderError {
    pub message: String,
    /// The error's code, if it is an HTTP status.
    pub status: Option<u16>,
}

impl ProviderError {
    /// From the body of an error response, or from an object with the field `error`.
    pub fn from_body(body: &Value) -> Self {
        match body.get("error") {
            Some(error) if !error.is_null() => Self::from_error(error),
            _ => Self::from_error(body),
        }
    }

    pub fn from_error(error: &Value) -> Self {
        if let Value::String(message) = error {
            return Self { message: message.clone(), status: None };
        }
        let text = |name: &str| error.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let mut message =
            text("message").or_else(|| text("detail")).or_else(|| text("error")).unwrap_or("").to_owned();
        // OpenRouter sends "Provider returned error" and puts the reason into the metadata.
        if let Some(raw) = error.pointer("/metadata/raw").and_then(Value::as_str) {
            message = format!("{message}: {raw}");
        }
        if message.is_empty() {
            message = error.to_string();
        }
        let code = ["code", "status", "status_code"].iter().find_map(|name| error.get(*name));
        let status = code.and_then(|code| match code {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64(),
        });
        Self {
            message,
            status: status.and_then(|s| u16::try_from(s).ok()).filter(|s| (400..600).contains(s)),
        }
    }
}
