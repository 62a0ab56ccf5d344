//! The models that a provider offers.

use std::sync::Arc;

use serde_json::Value;

use crate::answer::ModelInfo;
use crate::endpoint::{EndpointRequest, call};
use crate::error::{Error, Kind};
use crate::http::transport::Transport;

pub async fn models(transport: Arc<Transport>) -> Result<Vec<ModelInfo>, Error> {
    call(&transport, &EndpointRequest::get(vec!["models".to_owned()]), |response| {
        decode(&response.body).ok_or_else(|| {
            let shown = transport.config.excerpt(&String::from_utf8_lossy(&response.body));
            Error::new(Kind::Protocol, format!("the answer is not a list of models; check base_url: {shown}"))
        })
    })
    .await
}

fn decode(body: &[u8]) -> Option<Vec<ModelInfo>> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let list = [&json["data"], &json["models"], &json].into_iter().find_map(Value::as_array)?;
    list.iter().map(model).collect()
}

fn model(json: &Value) -> Option<ModelInfo> {
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    // The names of the same number at OpenRouter, Groq, vLLM and Mistral.
    let lengths = ["context_length", "context_window", "max_model_len", "max_context_length"];
    Some(ModelInfo {
        id: text("id").or_else(|| text("name"))?,
        name: text("name").or_else(|| text("display_name")),
        context_length: lengths.iter().find_map(|name| json.get(*name)?.as_u64()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_all_providers_are_decoded() {
        let openrouter = br#"{"data":[{"id":"a/b","name":"B","context_length":8192}]}"#;
        let known = ModelInfo { id: "a/b".into(), name: Some("B".into()), context_length: Some(8192) };
        assert_eq!(decode(openrouter), Some(vec![known]));
        let vllm = br#"{"object":"list","data":[{"id":"m","max_model_len":4096}]}"#;
        assert_eq!(decode(vllm).unwrap()[0].context_length, Some(4096));
        assert_eq!(decode(br#"[{"id":"m"}]"#).unwrap()[0].id, "m");
    }

    #[test]
    fn a_body_that_is_not_a_list_is_rejected() {
        assert_eq!(decode(b"<html>"), None);
        assert_eq!(decode(br#"{"data":[{"no":"id"}]}"#), None);
        assert_eq!(decode(br#"{"error":"no"}"#), None);
    }
}
