//! No secret of a client shows in any form in which a server may repeat it.

use ai_rust_client::http::masks::{End, MASK, Masks};
use ai_rust_client::http::secret;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

type Encoding = (&'static str, fn(&str) -> String);

fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

fn utf16_escapes(text: &str, upper: bool) -> String {
    let escape = |unit| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
    text.encode_utf16().map(escape).collect()
}

fn punctuation_as(text: &str, escape: impl Fn(char) -> String) -> String {
    text.chars().map(|c| if c.is_alphanumeric() { c.to_string() } else { escape(c) }).collect()
}

fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn python_repr(text: &str) -> String {
    text.escape_default().to_string().replace("\\u{", "\\U{").replace("\\U{", "\\u{")
}

const ENCODINGS: [Encoding; 17] = [
    ("raw", str::to_owned),
    ("JSON", json),
    ("JSON with escaped slashes", |text| json(text).replace('/', "\\/")),
    ("JSON, all escaped", |text| utf16_escapes(text, false)),
    ("JSON, all escaped in capitals", |text| utf16_escapes(text, true)),
    ("JSON within JSON", |text| json(&json(text))),
    ("JSON within JSON, all escaped", |text| json(&utf16_escapes(text, false))),
    ("percent", percent),
    ("percent in small letters", |text| punctuation_as(text, |c| percent(&c.to_string()).to_lowercase())),
    ("percent twice", |text| percent(&percent(text))),
    ("form", |text| url::form_urlencoded::byte_serialize(text.as_bytes()).collect()),
    ("form within JSON", |text| {
        json(&url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>())
    }),
    ("HTML", |text| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;").replace('\'', "&#x27;")
    }),
    ("HTML numbers", |text| punctuation_as(text, |c| format!("&#{};", u32::from(c)))),
    ("Python", python_repr),
    ("Base64", |text| STANDARD.encode(text)),
    ("Base64 for URLs", |text| URL_SAFE_NO_PAD.encode(text)),
];

fn secrets() -> impl Strategy<Value = String> {
    prop_oneof![
        "sk-[a-zA-Z0-9_-]{8,40}",
        "[ -~]{8,40}",
        r#"[a-zA-Z0-9"'/+=%&;\\ <>]{8,30}"#,
        "[a-z0-9]{4,7}",
        "[äß€😀a-z/]{8,12}",
    ]
    .prop_filter("without a beginning of its own encodings", |secret| {
        secret.trim() == secret && !secret.starts_with(['\\', '%', '&']) && secret != "****"
    })
}

/// Text that is neither a part of a secret nor of an escape.
fn fillers() -> impl Strategy<Value = String> {
    vec(select(vec!["·", "¶¶", "\n", "…", "☃"]), 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_secret_is_masked_in_every_encoding_at_every_place(
        secret in secrets(), before in fillers(), between in fillers(), after in fillers(),
    ) {
        let masks = Masks::new([secret.clone()]);
        for (name, encode) in ENCODINGS {
            let encoded = encode(&secret);
            let text = format!("{before}{encoded}¶{between}{encoded}{after}");
            let masked = masks.mask(text);
            prop_assert_eq!(masked, format!("{before}{MASK}¶{between}{MASK}{after}"), "{}", name);
        }
    }

    #[test]
    fn no_beginning_of_a_secret_is_left_where_a_text_was_cut(secret in secrets(), before in fillers(), cut in 0..1000usize) {
        // Within a secret that looks like escapes itself, a cut leaves more than one reading.
        prop_assume!(!secret.contains(['\\', '%', '&']));
        let masks = Masks::new([secret.clone()]);
        for (name, encode) in ENCODINGS {
            let encoded = encode(&secret);
            let ends: Vec<usize> = encoded.char_indices().map(|(at, _)| at).skip(1).collect();
            let end = ends[cut % ends.len()];
            let text = format!("{before}{}", &encoded[..end]);
            let is_base64 = name.contains("Base64");
            let first = encode(&secret.chars().take(1).collect::<String>());
            if end < if is_base64 { 4 } else { first.len() } {
                // Not even one character of the secret.
                continue;
            }
            let masked = masks.mask_and_limit(text.clone(), usize::MAX, End::Cut);
            prop_assert_eq!(masked, format!("{before}{MASK}"), "{}: {}", name, text);
        }
    }

    #[test]
    fn a_limit_leaves_no_part_of_a_secret(secret in secrets(), at in 0..200usize) {
        let masks = Masks::new([secret.clone()]);
        for (_, encode) in ENCODINGS {
            let text = format!("{}{}", "·".repeat(at), encode(&secret));
            let line = masks.line(&text, 200);
            prop_assert!(line.trim_start_matches('·').trim_end_matches('…').chars().all(|c| c == '*'));
            let body = masks.mask_and_limit(text, 300, End::Complete);
            prop_assert!(body.trim_start_matches('·').chars().all(|c| c == '*'));
        }
    }

    #[test]
    fn other_text_is_left_as_it_is(secret in "sk-[a-z0-9]{20}", text in "[ -~ä😀\n]{0,200}") {
        prop_assert_eq!(Masks::new([secret]).mask(text.clone()), text);
    }
}

#[test]
fn all_secrets_of_a_call_are_masked() {
    let client = Masks::new(["client-secret".to_owned()]);
    let call = client.with(["call-secret".to_owned()]);
    assert_eq!(call.mask("client-secret call-secret".to_owned()), "*** ***");
    assert_eq!(client.mask("client-secret call-secret".to_owned()), "*** call-secret");
}

#[test]
fn overlapping_secrets_are_masked_as_one() {
    let masks = Masks::new(["abcdefgh".to_owned(), "efghijkl".to_owned(), "cdef".to_owned()]);
    assert_eq!(masks.mask("<abcdefghijkl>".to_owned()), "<***>");
}

#[test]
fn base64_of_a_longer_text_does_not_show_the_secret_in_it() {
    let secret = "hunter2-hunter2";
    let masks = Masks::new([secret.to_owned()]);
    for user in ["a", "ab", "abc", "abcd"] {
        let token = STANDARD.encode(format!("{user}:{secret}:more"));
        let masked = masks.mask(token.clone());
        assert!(masked.contains(MASK), "{user}");
        for part in masked.split(MASK) {
            let decoded = STANDARD.decode(&part[..part.len() / 4 * 4]).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&decoded).contains("hun"), "{masked}");
        }
    }
}

#[test]
fn a_short_secret_is_not_masked() {
    assert_eq!(Masks::new(["abc".to_owned()]).mask("abc".to_owned()), "abc");
}

#[test]
fn a_beginning_of_a_secret_ends_an_interrupted_text_only_if_it_says_much() {
    let masks = Masks::new(["sk-0123456789".to_owned()]);
    assert_eq!(masks.mask_partial("it is s".to_owned()), "it is s");
    assert_eq!(masks.mask_partial("it is sk-012345".to_owned()), "it is ***");
}

#[test]
fn the_secrets_of_headers_and_urls_are_found() {
    let pair = STANDARD.encode("user:p:ss");
    assert_eq!(
        secret::of_header(&format!("Basic {pair}"))[..3],
        [pair.clone(), "user:p:ss".into(), "p:ss".into()]
    );
    assert!(secret::of_header("a=one; b=\"two\"").iter().any(|secret| secret == "two"));
    let secrets = secret::of_url("http://user:p%3Ass@host/v1?code=a%2Fb&api-version=2024-10-21");
    assert_eq!(secrets, [pair, "user:p:ss".into(), "user".into(), "p:ss".into(), "a/b".into()]);
    assert!(secret::of_url("http://host/v1").is_empty());
    assert_eq!(secret::of_url("user:word@host:3128")[1], "user:word");
    assert!(secret::is_credential_name("X-Goog-Api-Key") && !secret::is_credential_name("HTTP-Referer"));
}
