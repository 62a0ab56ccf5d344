//! Chunks of a stream, one in each line, and whole answers: nothing panics, and the events match the answer.

use ai_rust_client::answer::{Answer, Event};
use ai_rust_client::protocol::assembler::{Assembler, Batch};

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (mut assembler, mut answer) = (Assembler::default(), Answer::default());
    let (mut text_of_events, mut calls) = (String::new(), 0);
    let mut take = |batch: Batch, answer: &mut Answer| {
        for event in batch.apply(answer) {
            match event {
                Event::Text(text) => text_of_events.push_str(&text),
                Event::ToolCall(_) => calls += 1,
                _ => {}
            }
        }
        assert_eq!(text_of_events, answer.text);
        assert_eq!(calls, answer.tool_calls.len());
    };
    for line in text.lines() {
        let mut batch = Batch::default();
        let pushed = assembler.push(line, &mut batch);
        take(batch, &mut answer);
        if pushed.is_err() {
            return;
        }
    }
    let mut batch = Batch::default();
    assembler.finish(&mut batch);
    take(batch, &mut answer);
}
