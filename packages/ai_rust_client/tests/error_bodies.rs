//! Whatever the body of an error is, its reason is found without a panic and in bounded time.

use std::time::{Duration, Instant};

use ai_rust_client::protocol::markup;
use ai_rust_client::protocol::provider_error::ProviderError;
use ai_rust_client::text::one_line;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

const PIECES: [&str; 28] = [
    "<",
    ">",
    "</",
    "<title",
    "<title>",
    "</title>",
    "<script>",
    "<!--",
    "-->",
    "<message>",
    "&amp;",
    "&#x",
    "&#39;",
    ";",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\"error\":",
    "\"message\":",
    ",",
    "\\u00e9",
    "ä",
    "😀",
    " ",
    "a sentence",
    "\n",
];

fn json() -> impl Strategy<Value = Value> {
    let names =
        select(vec!["error", "message", "detail", "errors", "metadata", "raw", "code", "status", "x"]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..700u32).prop_map(Value::from),
        "[a-z ]{0,12}".prop_map(Value::from),
        Just(Value::from(r#"{"error": {"message": "in text"}}"#)),
    ];
    leaf.prop_recursive(6, 60, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((names.clone(), inner), 0..5).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_can_be_read(pieces in vec(select(PIECES.to_vec()), 0..60)) {
        let body = pieces.concat();
        ProviderError::from_text(&body);
        markup::texts(&body);
        prop_assert!(!one_line(&body).contains('\n'));
    }

    #[test]
    fn the_reason_of_any_json_is_not_json(body in json()) {
        if let Some(error) = ProviderError::from_text(&body.to_string()) {
            prop_assert!(!error.message.contains(r#"{""#), "{}", error.message);
            prop_assert!(error.status.is_none_or(|status| (400..600).contains(&status)));
        }
    }

    #[test]
    fn a_message_of_any_error_is_found(message in "[a-z]{1,9} [a-z]{1,9}", field in json()) {
        let body = serde_json::json!({"other": field, "error": {"message": message, "more": field}});
        prop_assert_eq!(ProviderError::from_text(&body.to_string()).unwrap().message, message);
    }
}

#[test]
fn large_bodies_are_read_in_bounded_time() {
    let begin = Instant::now();
    for piece in [
        "<script>",
        "<script></script>",
        "<title>",
        "<!--",
        "<",
        "&#",
        "{\"error\":",
        "[",
        "{\"a b\":[\"a b\"],",
    ] {
        ProviderError::from_text(&piece.repeat((256 << 10) / piece.len()));
    }
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}
