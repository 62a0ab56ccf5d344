//! Makes text of a server safe to show in terminals and logs.

use std::fmt::Write;

/// `text` on one line: white space collapsed, and characters that control a terminal or the direction of writing
/// escaped.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        escape_controls(word, &mut line);
    }
    line
}

fn escape_controls(word: &str, line: &mut String) {
    for character in word.chars() {
        let code = u32::from(character);
        // Writing to a string does not fail.
        let _ = match character {
            _ if !is_control(character) => line.write_char(character),
            _ if code < 0x100 => write!(line, "\\x{code:02x}"),
            _ => write!(line, "\\u{code:04x}"),
        };
    }
}

fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first `limit` characters, and `…` if there are more.
pub fn limit_chars(mut text: String, limit: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(limit) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_escaped_and_white_space_is_collapsed() {
        assert_eq!(
            one_line(" a\r\n\tb \u{1b}[31m\u{9b}\0\u{202e}c\u{2028}d "),
            r"a b \x1b[31m\x9b\x00\u202ec d"
        );
        assert_eq!(one_line("für 👩\u{200d}🚀 שלום"), "für 👩\u{200d}🚀 שלום");
    }

    #[test]
    fn a_limit_counts_characters() {
        assert_eq!(limit_chars("äöü".to_owned(), 3), "äöü");
        assert_eq!(limit_chars("äöüß".to_owned(), 3), "äöü…");
    }
}
