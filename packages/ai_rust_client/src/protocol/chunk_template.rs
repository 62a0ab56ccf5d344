//! Reads chunks that differ from the last one only in their text, as most chunks do, without parsing them.
//!
//! A parser is in the same state after the same prefix. If the prefix ends inside of a string, then another string and
//! the same suffix make the same chunk with another text.

use crate::protocol::completion::Completion;

#[derive(Debug, Default)]
pub struct ChunkTemplate {
    /// Ends with the opening quote of the text. Empty if there is no template.
    prefix: String,
    /// Begins with the closing quote of the text.
    suffix: String,
}

impl ChunkTemplate {
    /// The text of a chunk that matches the template.
    pub fn text(&self, data: &str) -> Option<String> {
        if self.prefix.is_empty() {
            return None;
        }
        let rest = data.strip_prefix(self.prefix.as_str())?;
        let text = rest.strip_suffix(self.suffix.as_str()).filter(|text| !text.is_empty())?;
        let has_no_escapes = !text.bytes().any(|byte| byte == b'"' || byte == b'\\' || byte < b' ');
        if has_no_escapes {
            return Some(text.to_owned());
        }
        // With its quotes: a string that ends before its last quote does not parse.
        let quoted = &data[self.prefix.len() - 1..=self.prefix.len() + text.len()];
        serde_json::from_str(quoted).ok().filter(|text: &String| !text.is_empty())
    }

    /// Make `data` the template if it contains nothing but text.
    pub fn learn(&mut self, data: &str, chunk: &Completion) {
        self.prefix.clear();
        if let Some(place) = chunk.only_text() {
            self.prefix.push_str(&data[..place.start]);
            self.suffix.clear();
            self.suffix.push_str(&data[place.end..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::completion::Form;

    fn chunk(text: &str) -> String {
        format!(
            r#"{{"model":"m","choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}]}}"#
        )
    }

    fn learned(data: &str) -> ChunkTemplate {
        let mut template = ChunkTemplate::default();
        template.learn(data, &Completion::parse(data, Form::Chunk).unwrap());
        template
    }

    #[test]
    fn the_text_of_a_chunk_that_matches_is_read() {
        let template = learned(&chunk("first"));
        assert_eq!(template.text(&chunk("second")).unwrap(), "second");
        assert_eq!(template.text(&chunk(r#"a \"b\" \u00e9\n"#)).unwrap(), "a \"b\" é\n");
    }

    #[test]
    fn a_chunk_that_only_looks_similar_does_not_match() {
        let template = learned(&chunk("first"));
        for other in [r#"x","refusal":"y"#, r"x\", "line\nbreak", r"half \ud800", ""] {
            assert_eq!(template.text(&chunk(other)), None, "{other}");
        }
        assert_eq!(template.text(&chunk("x").replace("null", r#""stop""#)), None);
    }

    #[test]
    fn a_chunk_with_more_than_text_is_no_template() {
        for data in [
            chunk("x").replace("null", r#""stop""#),
            chunk("x").replace(r#""model""#, r#""usage":{"total_tokens":1},"model""#),
            chunk("x").replace(r#""content""#, r#""reasoning":"r","content""#),
            chunk("x").replace(r#""index":0"#, r#""index":1"#),
            chunk(r"\u00e9"),
            chunk(""),
        ] {
            let template = learned(&data);
            assert_eq!(template.text(&chunk("y")), None, "{data}");
            assert_eq!(template.text(&data), None, "{data}");
        }
    }
}
