//! The corpus of the fuzzers on a stable toolchain, so that every run of the tests checks earlier findings.

use std::path::Path;

#[path = "../fuzz/checks/decode.rs"]
mod decode;
#[path = "../fuzz/checks/sse.rs"]
mod sse;

/// Name and content of each input of a target.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let inputs: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect();
    assert!(inputs.len() >= 10, "{} holds {} inputs", folder.display(), inputs.len());
    inputs
}

fn replay(target: &str, check: fn(&[u8])) {
    for (name, input) in corpus(target) {
        // The panic's own message goes to stderr, in front of this one.
        assert!(std::panic::catch_unwind(|| check(&input)).is_ok(), "{target}/{name}");
        for end in 0..input.len().min(400) {
            let cut = std::panic::catch_unwind(|| check(&input[..end]));
            assert!(cut.is_ok(), "{target}/{name}, cut to {end} bytes");
        }
    }
}

#[test]
fn every_event_stream_of_the_corpus_is_parsed_the_same_however_it_is_split() {
    replay("sse", sse::check);
}

#[test]
fn no_chunks_of_the_corpus_panic_or_contradict_the_answer() {
    replay("decode", decode::check);
}
