//! Chunks that differ from the one before in their text alone, as most of a stream's do, without parsing them.
//!
//! A parser comes out of the same beginning in the same state: where that ends inside a string, another string and the
//! same rest make the same chunk with another text.

use crate::wire::Completion;

#[derive(Debug, Default)]
pub struct Template {
    /// Up to the text's opening quote, and from its closing quote on. Empty where none is known.
    before: String,
    after: String,
}

impl Template {
    /// The text of a chunk that is otherwise the one that was learned.
    pub fn text(&self, data: &str) -> Option<String> {
        if self.before.is_empty() {
            return None;
        }
        let rest = data.strip_prefix(self.before.as_str())?;
        let text = rest.strip_suffix(self.after.as_str()).filter(|text| !text.is_empty())?;
        let plain = !text.bytes().any(|byte| byte == b'"' || byte == b'\\' || byte < b' ');
        if plain {
            return Some(text.to_owned());
        }
        // With its quotes: a text that only seems to end there is refused.
        let quoted = &data[self.before.len() - 1..=self.before.len() + text.len()];
        serde_json::from_str(quoted).ok().filter(|text: &String| !text.is_empty())
    }

    /// Take `data` as the example, if its text is all that it brings.
    pub fn learn(&mut self, data: &str, chunk: &Completion) {
        self.before.clear();
        let Some(text) = chunk.only_text() else { return };
        let Some(start) = (text.as_ptr() as usize).checked_sub(data.as_ptr() as usize) else { return };
        let end = start + text.len();
        // What was escaped stands elsewhere in memory.
        if data.get(start..end) != Some(text) || !data[end..].starts_with('"') {
            return;
        }
        self.before.push_str(&data[..start]);
        self.after.clear();
        self.after.push_str(&data[end..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(text: &str) -> String {
        format!(
            r#"{{"model":"m","choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}]}}"#
        )
    }

    fn learned(data: &str) -> Template {
        let mut template = Template::default();
        template.learn(data, &Completion::parse(data).unwrap());
        template
    }

    #[test]
    fn the_text_of_a_chunk_like_the_one_before_is_found() {
        let template = learned(&chunk("first"));
        assert_eq!(template.text(&chunk("second")).unwrap(), "second");
        assert_eq!(template.text(&chunk(r#"a \"b\" \u00e9\n"#)).unwrap(), "a \"b\" é\n");
    }

    #[test]
    fn what_only_looks_alike_is_parsed() {
        let template = learned(&chunk("first"));
        for other in [r#"x","refusal":"y"#, r#"x\"#, "line\nbreak", r#"half \ud800"#, ""] {
            assert_eq!(template.text(&chunk(other)), None, "{other}");
        }
        assert_eq!(template.text(&chunk("x").replace("null", r#""stop""#)), None);
    }

    #[test]
    fn nothing_is_learned_of_what_brings_more_than_text() {
        for data in [
            chunk("x").replace("null", r#""stop""#),
            chunk("x").replace(r#""model""#, r#""usage":{"total_tokens":1},"model""#),
            chunk("x").replace(r#""content""#, r#""reasoning":"r","content""#),
            chunk("x").replace(r#""index":0"#, r#""index":1"#),
            chunk(r#"\u00e9"#),
            chunk(""),
        ] {
            let template = learned(&data);
            assert_eq!(template.text(&chunk("y")), None, "{data}");
            assert_eq!(template.text(&data), None, "{data}");
        }
    }
}
