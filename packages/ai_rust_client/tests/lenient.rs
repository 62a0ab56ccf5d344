//! No optional field can cost an answer: whatever is in its place, the text is read.

use ai_rust_client::answer::{Answer, Event};
use ai_rust_client::protocol::assembler::{Assembler, Batch};
use ai_rust_client::protocol::choices::choices;
use ai_rust_client::protocol::completion::{Completion, Form};
use proptest::prelude::*;

const CHUNK: &str = r#"{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","provider":"p","system_fingerprint":"f","choices":[{"index":0,"delta":{"role":"assistant","content":"TEXT","refusal":null,"reasoning":null,"reasoning_content":null,"reasoning_details":[],"annotations":[],"images":[],"audio":null,"tool_calls":null,"extra_content":null},"finish_reason":null,"native_finish_reason":null,"logprobs":null,"stop_reason":null,"content_filter_results":{}}],"usage":null,"x_groq":null,"citations":[],"error":null}"#;

/// The field of `CHUNK` whose value, which is `null` or empty there, is replaced.
fn field() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "\"refusal\":null",
        "\"reasoning\":null",
        "\"reasoning_content\":null",
        "\"reasoning_details\":[]",
        "\"annotations\":[]",
        "\"images\":[]",
        "\"audio\":null",
        "\"tool_calls\":null",
        "\"extra_content\":null",
        "\"finish_reason\":null",
        "\"native_finish_reason\":null",
        "\"logprobs\":null",
        "\"content_filter_results\":{}",
        "\"usage\":null",
        "\"x_groq\":null",
        "\"citations\":[]",
        "\"id\":\"c\"",
        "\"object\":\"chat.completion.chunk\"",
        "\"created\":1",
        "\"model\":\"m\"",
        "\"provider\":\"p\"",
        "\"role\":\"assistant\"",
        "\"index\":0",
    ])
}

/// Any JSON, and what Python's `json` writes besides.
fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("NaN".to_owned()),
        Just("-Infinity".to_owned()),
        Just("\"\"".to_owned()),
        Just("\"\\ud83d\"".to_owned()),
        Just("\"\\ude00x\"".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>().prop_filter("JSON", |value| value.is_finite()).prop_map(|value| format!("{value:e}")),
        ".{0,12}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    let name = prop::sample::select(vec![
        "a",
        "index",
        "id",
        "type",
        "text",
        "name",
        "function",
        "arguments",
        "url",
        "thinking",
        "summary",
        "usage",
        "cost",
        "prompt_tokens",
        "prompt_tokens_details",
        "image_url",
        "message",
        "code",
    ]);
    scalar.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            // Names may be repeated.
            prop::collection::vec((name.clone(), inner), 0..4).prop_map(|fields| {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

fn replaced(field: &str, value: &str, is_repeated: bool) -> String {
    let (name, _) = field.split_once(':').unwrap();
    let new = if is_repeated { format!("{name}:[7],{name}:{value}") } else { format!("{name}:{value}") };
    assert!(CHUNK.contains(field), "{field}");
    CHUNK.replace(field, &new)
}

/// The text of everything that is not a refusal, which counts as text, too.
fn content(answer: &Answer) -> String {
    let choice = answer.first_choice();
    choice.text.replacen(&choice.refusal, "", 1)
}

fn streamed(chunks: &[String]) -> (Answer, Vec<Event>) {
    let (mut assembler, mut answer, mut events) = (Assembler::default(), Answer::default(), Vec::new());
    for chunk in chunks {
        let mut batch = Batch::default();
        assembler.push(chunk, &mut batch).unwrap_or_else(|error| panic!("{error:?}: {chunk}"));
        events.extend(batch.apply(&mut answer));
    }
    let mut batch = Batch::default();
    batch.end();
    events.extend(batch.apply(&mut answer));
    (answer, events)
}

fn whole(body: &str) -> Answer {
    let completion = Completion::parse(body, Form::Whole).unwrap_or_else(|error| panic!("{error}: {body}"));
    let (mut assembler, mut batch, mut answer) = (Assembler::default(), Batch::default(), Answer::default());
    assembler.push_completion(completion, &mut batch).unwrap_or_else(|error| panic!("{error:?}: {body}"));
    batch.end();
    batch.apply(&mut answer);
    answer
}

fn escaped(units: &[u16]) -> String {
    units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_json_in_an_optional_field_leaves_the_text(field in field(), value in json(), is_repeated: bool) {
        let odd = replaced(field, &value, is_repeated);
        // `object: "error"` says that it is one.
        prop_assume!(!odd.contains(r#""object":"error""#));
        let (answer, events) = streamed(&[odd.replace("TEXT", "a"), CHUNK.replace("TEXT", "b")]);
        let of_events: String = events.iter().filter_map(|event| match event {
            Event::Text(text) => Some(text.as_str()),
            _ => None,
        }).collect();
        if field != "\"index\":0" {
            prop_assert_eq!(content(&answer), "ab", "{}", odd);
            prop_assert_eq!(&of_events, &answer.first_choice().text);
        }
        let json = answer.to_completion();
        serde_json::from_str::<serde_json::Value>(&json).unwrap_or_else(|error| panic!("{error}: {json}"));

        let body = odd.replace("\"delta\"", "\"message\"").replace("TEXT", "a");
        prop_assert_eq!(content(&whole(&body)), "a", "{}", body);
        for choice in choices(&body) {
            serde_json::from_str::<serde_json::Value>(&choice.message.to_string()).unwrap();
        }
    }

    #[test]
    fn any_json_in_place_of_the_choices_is_read(value in json()) {
        let chunk = CHUNK.replace("TEXT", "a");
        let odd = format!("{{\"choices\":{value}}}");
        prop_assert!(content(&streamed(&[chunk, odd]).0).starts_with('a'));
        for place in ["delta", "content"] {
            let odd = CHUNK.replace(&format!("\"{place}\":"), &format!("\"{place}\":{value},\"was\":"));
            streamed(&[odd]);
        }
    }

    #[test]
    fn a_text_may_be_cut_between_any_two_units_of_utf_16(text in "[a-c😀🦀é\"\\\\]{1,12}", cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(units.len() + 1)).chain([0, units.len()]).collect();
        cuts.sort_unstable();
        let pieces: Vec<String> = cuts
            .windows(2)
            .map(|ends| escaped(&units[ends[0]..ends[1]]))
            .collect();
        for field in ["content", "refusal", "reasoning", "other"] {
            let chunks: Vec<String> =
                pieces.iter().map(|piece| format!(r#"{{"choices":[{{"delta":{{"{field}":"{piece}"}}}}]}}"#)).collect();
            let (answer, _) = streamed(&chunks);
            let message = answer.choice.message();
            prop_assert_eq!(message.get(field).and_then(|value| value.as_text()), Some(text.as_str()), "{}", field);
        }
        let chunks: Vec<String> = pieces.iter().map(|piece| format!(
            r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":"{piece}"}}}}]}}}}]}}"#
        )).collect();
        prop_assert_eq!(&streamed(&chunks).0.choice.tool_calls.to_vec()[0].arguments, &text);
    }
}

#[test]
fn an_empty_error_is_no_error() {
    for empty in ["null", "{}", "[]", "\"\"", "false", "0", r#"{"message":"","code":null,"details":{}}"#] {
        let chunk = CHUNK.replace("\"error\":null", &format!("\"error\":{empty}")).replace("TEXT", "a");
        assert_eq!(content(&streamed(&[chunk]).0), "a", "{empty}");
    }
}

#[test]
fn only_a_string_is_a_finish_reason() {
    for (reason, is_one) in
        [("false", false), ("0", false), ("{}", false), ("\"\"", false), ("\"stop\"", true)]
    {
        let mut assembler = Assembler::default();
        let chunk = CHUNK.replace("\"finish_reason\":null", &format!("\"finish_reason\":{reason}"));
        assembler.push(&chunk, &mut Batch::default()).unwrap();
        assert_eq!((assembler.is_finished(), assembler.was_finished()), (is_one, is_one), "{reason}");
    }
}

#[test]
fn fields_of_a_wrong_type_are_listed() {
    let chunk =
        replaced("\"usage\":null", "\"\"", false).replace("\"tool_calls\":null", "\"tool_calls\":[7]");
    assert_eq!(streamed(&[chunk]).0.ignored, ["message.tool_calls", "usage"]);
}
