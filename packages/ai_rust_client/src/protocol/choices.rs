//! The choices of a whole answer, with the messages that must be sent back.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::Answer;
use crate::choice::Choice;
use crate::json::tree::{Fields, Json, get};
use crate::protocol::assembler::{Assembler, Batch};
use crate::protocol::completion::{Completion, Form, distinct_index};
use crate::tool_calls::ToolCall;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct WholeChoice {
    pub index: u64,
    pub text: String,
    pub reasoning: String,
    pub refusal: String,
    pub tool_calls: Vec<ToolCall>,
    pub finish_reason: Option<String>,
    /// The message as it must be appended to the `messages` of the next request.
    pub message: Json,
    pub logprobs: Json,
}

impl From<&Choice> for WholeChoice {
    fn from(choice: &Choice) -> Self {
        Self {
            index: choice.index,
            text: choice.text.clone(),
            reasoning: choice.reasoning.clone(),
            refusal: choice.refusal.clone(),
            tool_calls: choice.tool_calls.to_vec(),
            finish_reason: choice.finish_reason.clone(),
            message: choice.message(),
            logprobs: choice.logprobs().cloned().unwrap_or_default(),
        }
    }
}

/// What has arrived of all choices of a stream, in the order of their indexes.
pub fn arrived(answer: &Answer) -> Vec<WholeChoice> {
    match &answer.body {
        Some(body) => choices(body),
        None => answer.choices().map(WholeChoice::from).collect(),
    }
}

/// The plain parts of the answer whose JSON is `completion`.
pub fn answer(completion: &str) -> Answer {
    let (mut answer, mut batch, mut assembler) = (Answer::default(), Batch::default(), Assembler::default());
    if let Ok(completion) = Completion::parse(completion, Form::Whole)
        && assembler.push_completion(completion, &mut batch).is_ok()
    {
        batch.end();
    }
    batch.apply(&mut answer);
    answer
}

/// All choices, in the order of their indexes.
pub fn choices(completion: &str) -> Vec<WholeChoice> {
    let json = Json::parse(completion).unwrap_or_default();
    let items = json.get("choices").map_or(&[][..], Json::items);
    let (mut by_index, mut earlier) = (BTreeMap::new(), BTreeSet::new());
    for (position, item) in (0..).zip(items.iter().filter(|item| matches!(item, Json::Object(_)))) {
        let index = item.get("index").and_then(Json::as_count).unwrap_or(position);
        by_index.entry(distinct_index(index, &mut earlier)).or_insert(item);
    }
    answer(completion)
        .choices()
        .map(|choice| {
            let item = by_index.get(&choice.index).copied().unwrap_or(&Json::Null);
            let logprobs = item.get("logprobs").filter(|value| matches!(value, Json::Object(_)));
            WholeChoice {
                message: message(item, || choice.message()),
                logprobs: logprobs.cloned().unwrap_or_default(),
                ..WholeChoice::from(choice)
            }
        })
        .collect()
}

/// The provider's message, without fields of a wrong type. `assembled` is what was read of it.
fn message(choice: &Json, assembled: impl Fn() -> Json) -> Json {
    let Some(Json::Object(fields)) = choice.get("message") else { return assembled() };
    let is_sent = |(name, value): &&(String, Json)| is_expected(name, value);
    let mut fields: Fields = fields.iter().filter(is_sent).cloned().collect();
    let calls = fields.iter().position(|(name, _)| name == "tool_calls");
    if let Some(position) = calls {
        match assembled().get("tool_calls") {
            Some(calls) => fields[position].1 = calls.clone(),
            None => drop(fields.remove(position)),
        }
    }
    if get(&fields, "role").is_none() {
        fields.insert(0, ("role".to_owned(), Json::text("assistant")));
    }
    if get(&fields, "content").is_none() {
        fields.push(("content".to_owned(), Json::Null));
    }
    Json::Object(fields)
}

fn is_expected(name: &str, value: &Json) -> bool {
    let is_null = *value == Json::Null;
    match name {
        "role" => value.as_text().is_some(),
        "content" | "reasoning" | "reasoning_content" => {
            is_null || matches!(value, Json::String(_) | Json::Array(_) | Json::Object(_))
        }
        "refusal" => is_null || matches!(value, Json::String(_)),
        "annotations" | "images" | "reasoning_details" => is_null || matches!(value, Json::Array(_)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_the_provider_s() {
        let message =
            r#"{"role":"assistant","content":"","refusal":null,"annotations":[],"x":{"y":[1.0,null]}}"#;
        let completion = format!(r#"{{"choices":[{{"index":0,"message":{message}}}]}}"#);
        assert_eq!(choices(&completion)[0].message.to_string(), message);
    }

    #[test]
    fn what_cannot_be_sent_back_is_left_out() {
        let completion = r#"{"choices":[{"message":{"content":false,"images":{},"tool_calls":[null,{"index":3,"id":"a","function":{"name":"f","arguments":{"x":1}},"extra_content":{"s":1}}]}},{"message":{"role":"assistant","content":"b","tool_calls":[]}}]}"#;
        let messages: Vec<String> =
            choices(completion).iter().map(|choice| choice.message.to_string()).collect();
        assert_eq!(
            messages,
            [
                r#"{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"},"extra_content":{"s":1}}],"content":null}"#,
                r#"{"role":"assistant","content":"b"}"#,
            ]
        );
    }
}
