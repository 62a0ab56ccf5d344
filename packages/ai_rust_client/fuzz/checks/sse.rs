//! However a stream is split, its events, its end and its reconnection time are the same. The first byte says how.

use ai_rust_client::protocol::sse::Parser;

type Outcome = (Vec<(String, String, String)>, Option<u64>, Option<String>);

fn parse<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Outcome {
    let mut parser = Parser::new();
    let mut events = Vec::new();
    for piece in pieces {
        let pushed = parser.push(piece, |event| {
            events.push((event.kind.to_owned(), event.data.to_owned(), event.id.to_owned()));
        });
        pushed.expect("no input here is as long as the limit");
    }
    (events, parser.retry(), parser.finish())
}

pub fn check(input: &[u8]) {
    let Some((size, stream)) = input.split_first() else { return };
    let whole = parse(std::iter::once(stream));
    assert_eq!(parse(stream.chunks(1)), whole);
    assert_eq!(parse(stream.chunks(usize::from(*size).max(1))), whole);
    for (_, data, id) in &whole.0 {
        assert!(!data.contains('\r') && !id.contains(['\r', '\n', '\0']));
    }
}
