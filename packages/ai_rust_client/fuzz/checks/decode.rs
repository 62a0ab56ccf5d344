//! Chunks of a stream, one in each line, and whole answers: nothing panics, and the events match the answer.

use ai_rust_client::answer::{Answer, Event};
use ai_rust_client::protocol::assembler::{Assembler, Batch};
use ai_rust_client::protocol::completion::{Completion, Form};

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    check_whole(&text);
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
        assert_eq!(text_of_events, answer.choice.text);
        calls
    };
    for line in text.lines() {
        let mut batch = Batch::default();
        let pushed = assembler.push(line, &mut batch);
        take(batch, &mut answer);
        assert_strict(&answer.to_completion());
        if pushed.is_err() {
            return;
        }
    }
    let mut batch = Batch::default();
    batch.end();
    let calls = take(batch, &mut answer);
    assert_eq!(calls, answer.choice.tool_calls.to_vec().len());
    check_rebuilt(&answer);
}

fn check_whole(text: &str) {
    let Ok(completion) = Completion::parse(text, Form::Whole) else { return };
    let mut batch = Batch::default();
    if Assembler::default().push_completion(completion, &mut batch).is_ok() {
        batch.apply(&mut Answer::default());
    }
}

/// The completion that is made of a stream is strict JSON, and has the same text.
fn check_rebuilt(answer: &Answer) {
    let json = answer.to_completion();
    assert_strict(&json);
    let (mut assembler, mut batch, mut again) = (Assembler::default(), Batch::default(), Answer::default());
    let completion = Completion::parse(&json, Form::Whole).expect("a completion");
    if assembler.push_completion(completion, &mut batch).is_err() {
        return;
    }
    batch.end();
    batch.apply(&mut again);
    let characters = |text: &str| text.chars().filter(|c| *c != '\u{fffd}').count();
    assert_eq!(characters(&again.choice.text), characters(&answer.choice.text), "{json}");
}

fn assert_strict(json: &str) {
    serde_json::from_str::<serde_json::Value>(json).unwrap_or_else(|error| panic!("{error}: {json}"));
}
