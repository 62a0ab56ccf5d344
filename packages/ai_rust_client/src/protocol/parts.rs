//! The text and the reasoning in content that is a list of parts.

use crate::json::text::Text;
use crate::json::tree::Json;

#[derive(Default)]
pub struct PartTexts {
    pub text: Text<'static>,
    pub reasoning: Text<'static>,
}

impl PartTexts {
    pub fn new(parts: &[Json]) -> Self {
        let mut texts = Self::default();
        for part in parts {
            texts.add(part, false);
        }
        texts
    }

    /// The text of reasoning that is an object or a list.
    pub fn all_reasoning(value: &Json) -> Text<'static> {
        if let Json::String(text) = value {
            return text.clone();
        }
        let mut texts = Self::default();
        texts.add(value, true);
        texts.reasoning
    }

    fn add(&mut self, part: &Json, is_reasoning: bool) {
        match part {
            Json::String(text) if is_reasoning => self.reasoning.append(text.clone()),
            Json::String(text) => self.text.append(text.clone()),
            Json::Array(parts) => parts.iter().for_each(|part| self.add(part, is_reasoning)),
            Json::Object(_) => self.add_object(part, is_reasoning),
            _ => {}
        }
    }

    fn add_object(&mut self, part: &Json, is_reasoning: bool) {
        let kind = part.get("type").and_then(Json::as_text).unwrap_or("text");
        let is_reasoning = is_reasoning || kind.starts_with("thinking") || kind.starts_with("reasoning");
        if is_reasoning {
            for name in ["text", "thinking", "reasoning", "summary"] {
                part.get(name).into_iter().for_each(|inner| self.add(inner, true));
            }
        } else if matches!(kind, "text" | "output_text") {
            part.get("text").into_iter().for_each(|inner| self.add(inner, false));
            part.get("thinking").into_iter().for_each(|inner| self.add(inner, true));
        }
    }
}
