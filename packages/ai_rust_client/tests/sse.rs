//! The parser against the shared vectors, and against itself: no split of a stream may change its events.

use std::path::Path;

use ai_rust_client::protocol::sse::Parser;
use base64::Engine;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    name: String,
    #[serde(default)]
    stream: String,
    stream_base64: Option<String>,
    events: Vec<Event>,
    retry: Option<u64>,
    unterminated: Option<String>,
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
struct Event {
    #[serde(rename = "event")]
    kind: String,
    data: String,
    id: String,
}

type Outcome = (Vec<Event>, Option<u64>, Option<String>);

fn parse<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut parser = Parser::new();
    let mut events = Vec::new();
    for chunk in chunks {
        let pushed = parser.push(chunk, |event| {
            events.push(Event { kind: event.kind.into(), data: event.data.into(), id: event.id.into() });
        });
        pushed.unwrap();
    }
    (events, parser.retry(), parser.finish())
}

fn vectors() -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../minimal_browser_core/src/minimal_browser_core/testing/vectors/sse.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

impl Vector {
    fn bytes(&self) -> Vec<u8> {
        match &self.stream_base64 {
            Some(text) => base64::engine::general_purpose::STANDARD.decode(text).unwrap(),
            None => self.stream.clone().into_bytes(),
        }
    }

    fn outcome(&self) -> Outcome {
        (self.events.clone(), self.retry, self.unterminated.clone())
    }
}

#[test]
fn every_vector_holds_in_one_piece() {
    for vector in vectors() {
        assert_eq!(parse([vector.bytes().as_slice()]), vector.outcome(), "{}", vector.name);
    }
}

#[test]
fn every_vector_holds_byte_by_byte() {
    for vector in vectors() {
        assert_eq!(parse(vector.bytes().chunks(1)), vector.outcome(), "{}", vector.name);
    }
}

#[test]
fn every_vector_holds_split_in_two_anywhere() {
    for vector in vectors() {
        let bytes = vector.bytes();
        for at in 0..=bytes.len().min(300) {
            let (head, tail) = bytes.split_at(at);
            assert_eq!(parse([head, tail]), vector.outcome(), "{}, split at {at}", vector.name);
        }
    }
}

#[test]
fn a_line_of_megabytes_arrives_complete() {
    let data = "x".repeat(8 << 20);
    let stream = format!("data: {data}\n\n");
    let (events, ..) = parse(stream.as_bytes().chunks(16 << 10));
    assert_eq!(events.len(), 1);
    assert!(events[0].data == data);
}

#[test]
fn a_line_without_end_is_refused() {
    let mut parser = Parser::new();
    let chunk = vec![b'x'; 1 << 20];
    assert!((0..80).any(|_| parser.push(&chunk, |_| {}).is_err()));
}

/// Bytes that matter to the format come up often.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"data:".to_vec()),
        Just(b"data: {\"a\":1}\n\n".to_vec()),
        Just(b"event: e".to_vec()),
        Just(b"id:".to_vec()),
        Just(b"retry: 5".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\xEF\xBB\xBF".to_vec()),
        Just("é🦀".as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_split_changes_the_events(bytes in stream(), mut cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        cuts.sort_by_key(|cut| cut.index(bytes.len() + 1));
        let mut chunks = Vec::new();
        let mut from = 0;
        for cut in cuts {
            let to = cut.index(bytes.len() + 1);
            chunks.push(&bytes[from..to]);
            from = to;
        }
        chunks.push(&bytes[from..]);
        prop_assert_eq!(parse(chunks), parse([bytes.as_slice()]));
    }
}
