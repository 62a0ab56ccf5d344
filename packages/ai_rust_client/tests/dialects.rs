//! The chunks that providers send.

use ai_rust_client::answer::{Answer, Event, ToolCall};
use ai_rust_client::protocol::assembler::{Assembler, Batch, ChunkError};

fn assemble(chunks: &[&str]) -> (Answer, Vec<Event>) {
    let mut assembler = Assembler::default();
    let mut answer = Answer::default();
    let mut events = Vec::new();
    for chunk in chunks {
        let mut batch = Batch::default();
        assembler.push(chunk, &mut batch).unwrap_or_else(|fault| panic!("{chunk}: {fault:?}"));
        events.extend(batch.apply(&mut answer));
    }
    let mut batch = Batch::default();
    batch.end();
    events.extend(batch.apply(&mut answer));
    (answer, events)
}

fn fault(chunk: &str) -> ChunkError {
    Assembler::default().push(chunk, &mut Batch::default()).expect_err(chunk)
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: id.into(), name: name.into(), arguments: arguments.into() }
}

#[test]
fn openai_with_its_usage_in_a_chunk_without_choices() {
    let (answer, events) = assemble(&[
        r#"{"id":"c","object":"chat.completion.chunk","model":"gpt","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"obfuscation":"x"}"#,
        r#"{"model":"gpt","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}"#,
        r#"{"model":"gpt","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
        r#"{"model":"gpt","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":0}}}"#,
    ]);
    assert_eq!((answer.choice.text.as_str(), answer.choice.finish_reason.as_deref()), ("Hi", Some("stop")));
    assert_eq!(answer.model.as_deref(), Some("gpt"));
    let usage = answer.usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.total_tokens, usage.cached_tokens, usage.cost), (5, 6, 4, None));
    assert!(matches!(events.as_slice(), [Event::Text(_), Event::Usage(_), Event::Finish]), "{events:?}");
}

#[test]
fn openrouter_with_reasoning_in_two_fields_annotations_and_cost() {
    let (answer, events) = assemble(&[
        r#"{"provider":"Novita","model":"m","choices":[{"delta":{"content":"","reasoning":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm"}]}}]}"#,
        r#"{"provider":"Novita","model":"m","choices":[{"delta":{"content":"A","annotations":[{"type":"url_citation","url_citation":{"url":"https://e.x"}}]}}]}"#,
        r#"{"provider":"Novita","model":"m","choices":[{"delta":{"content":""},"finish_reason":"stop","native_finish_reason":"STOP"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"cost":0.00014}}"#,
    ]);
    assert_eq!((answer.choice.reasoning.as_str(), answer.provider.as_deref()), ("Hm", Some("Novita")));
    let usage = answer.usage.unwrap();
    assert_eq!((usage.total_tokens, usage.cost), (3, Some(0.00014)));
    let annotation = r#"{"type":"url_citation","url_citation":{"url":"https://e.x"}}"#;
    assert!(events.contains(&Event::Annotation(annotation.into())));
}

#[test]
fn reasoning_under_each_of_its_names() {
    for delta in [
        r#"{"reasoning_content":"Hm","content":null}"#,
        r#"{"reasoning":"Hm"}"#,
        r#"{"reasoning_details":[{"type":"reasoning.summary","summary":"H"},{"type":"reasoning.text","text":"m"}]}"#,
        r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]}"#,
    ] {
        let (answer, _) = assemble(&[&format!(r#"{{"choices":[{{"delta":{delta}}}]}}"#)]);
        assert_eq!((answer.choice.reasoning.as_str(), answer.choice.text.as_str()), ("Hm", ""), "{delta}");
    }
}

#[test]
fn content_as_a_list_of_parts() {
    let parts = r#"{"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"reference","reference_ids":[1]},"b"]}}]}"#;
    assert_eq!(assemble(&[parts]).0.choice.text, "ab");
}

#[test]
fn a_refusal_is_read_as_text() {
    assert_eq!(assemble(&[r#"{"choices":[{"delta":{"refusal":"No."}}]}"#]).0.choice.text, "No.");
}

#[test]
fn numbers_as_strings_and_nulls() {
    let (answer, _) = assemble(&[
        r#"{"model":null,"choices":[{"index":"0","delta":{"content":null,"tool_calls":null},"finish_reason":null}],"usage":null}"#,
        r#"{"choices":null,"usage":{"prompt_tokens":"7","completion_tokens":2.0,"total_tokens":null,"cost":"0.5"}}"#,
    ]);
    let usage = answer.usage.unwrap();
    assert_eq!(
        (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.cost),
        (7, 2, 9, Some(0.5))
    );
}

#[test]
fn groq_counts_in_a_field_of_its_own() {
    let chunk = r#"{"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":4}}}"#;
    assert_eq!(assemble(&[chunk]).0.usage.unwrap().total_tokens, 7);
}

#[test]
fn tool_calls_are_assembled_by_index() {
    let (answer, events) = assemble(&[
        r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":""}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}},{"index":0,"function":{"arguments":":1}"}}]}}]}"#,
        r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
    ]);
    let calls = vec![call("a", "f", r#"{"x":1}"#), call("b", "g", "{}")];
    assert_eq!(answer.choice.tool_calls.to_vec(), calls);
    let expected: Vec<Event> = calls.into_iter().map(Event::ToolCall).chain([Event::Finish]).collect();
    assert_eq!(events, expected);
}

#[test]
fn calls_without_an_index_or_with_the_same_one_are_distinguished_by_id() {
    for index in ["", r#""index":0,"#] {
        let chunk = format!(
            r#"{{"choices":[{{"delta":{{"tool_calls":[{{{index}"id":"a","function":{{"name":"f","arguments":"{{}}"}}}},{{{index}"id":"b","function":{{"name":"g","arguments":{{"y":2}}}}}}]}}}}]}}"#
        );
        let (answer, _) = assemble(&[&chunk]);
        assert_eq!(answer.choice.tool_calls.to_vec(), [call("a", "f", "{}"), call("b", "g", r#"{"y":2}"#)]);
    }
}

#[test]
fn only_the_first_choice_counts() {
    let chunk = r#"{"choices":[{"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"content":"yes"}}]}"#;
    assert_eq!(assemble(&[chunk]).0.choice.text, "yes");
}

#[test]
fn errors_inside_a_stream_are_reported_with_their_status() {
    for (chunk, message, status) in [
        (r#"{"error":{"code":502,"message":"Upstream"},"choices":[]}"#, "Upstream", Some(502)),
        (r#"{"error":{"code":"429","message":"Slow"}}"#, "Slow", Some(429)),
        (r#"{"error":{"code":"overloaded","message":"Busy"}}"#, "Busy", None),
        (r#"{"error":"plain"}"#, "plain", None),
        (r#"{"object":"error","message":"vLLM","code":400}"#, "vLLM", Some(400)),
        (
            r#"{"choices":[{"error":{"code":500,"message":"Choice"},"finish_reason":"error"}]}"#,
            "Choice",
            Some(500),
        ),
        (
            r#"{"error":{"code":400,"message":"Provider returned error","metadata":{"raw":"too long"}}}"#,
            "Provider returned error: too long",
            Some(400),
        ),
    ] {
        let ChunkError::Provider(said) = fault(chunk) else { panic!("{chunk}") };
        assert_eq!((said.message.as_str(), said.status), (message, status));
    }
}

#[test]
fn data_that_is_not_a_json_object_is_malformed() {
    for chunk in ["{", "[]", r#"{"choices":[}"#, "hello", "7", "null", "{} {}"] {
        assert!(matches!(fault(chunk), ChunkError::Malformed(_)), "{chunk}");
    }
}

const TEXT: &str = r#"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#;
const TEXT_AND_FINISH: &str = r#"{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}"#;
const FINISH: &str = r#"{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]}"#;
const EMPTY: &str = r#"{"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}"#;
const OTHER_TEXT: &str = r#"{"choices":[{"index":1,"delta":{"content":"x"}}]}"#;
const OTHER_FINISH: &str = r#"{"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}"#;

#[test]
fn an_answer_is_finished_while_every_choice_has_a_finish_reason_and_no_content_after_it() {
    for (chunks, is_finished) in [
        (vec![], false),
        (vec![TEXT], false),
        (vec![TEXT, FINISH], true),
        (vec![TEXT_AND_FINISH, TEXT_AND_FINISH], true),
        (vec![TEXT, TEXT, FINISH, TEXT], false),
        (vec![TEXT, FINISH, EMPTY], true),
        (vec![TEXT, OTHER_TEXT, FINISH], false),
        (vec![TEXT, OTHER_TEXT, FINISH, OTHER_FINISH], true),
        (vec![TEXT, OTHER_TEXT, FINISH, OTHER_FINISH, OTHER_TEXT], false),
    ] {
        let mut assembler = Assembler::default();
        for chunk in &chunks {
            assembler.push(chunk, &mut Batch::default()).unwrap();
        }
        assert_eq!(assembler.is_finished(), is_finished, "{chunks:?}");
    }
}

#[test]
fn a_tool_call_is_complete_although_every_chunk_has_a_finish_reason() {
    let (answer, events) = assemble(&[
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]},"finish_reason":"tool_calls"}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]},"finish_reason":"tool_calls"}]}"#,
    ]);
    assert_eq!(answer.choice.tool_calls.to_vec(), [call("a", "f", r#"{"x":1}"#)]);
    assert_eq!(events, [Event::ToolCall(call("a", "f", r#"{"x":1}"#)), Event::Finish]);
}
