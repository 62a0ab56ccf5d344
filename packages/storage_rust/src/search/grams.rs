//! N-grams: what FTS5's tokenizer cannot split, as words that it can.
//!
//! The unicode61 tokenizer splits words at spaces and punctuation. It cannot split scripts that are written without
//! spaces, and it drops symbols: emoji, and the end of `C++` and `C#`. For those we store *grams* in extra columns:
//!
//! - a run of an unspaced script: each pair of neighbours, then its last character: 東京都 gives `東京 京都 都`. Two or
//!   more characters are searched as a phrase of pairs, which finds substrings; one character as a prefix;
//! - a word that touches such a run, because the tokenizer sees one word: `iPhoneを` gives `iPhone を`, `をiPhone`
//!   gives `を iPhone` and a lone U+E000, which separates it from the next such word;
//! - a run of symbols: U+E000 and the code point of each, then a lone U+E000; first the word that it ends: with S
//!   for U+E000, `C++` gives `C S2b S2b S`. Users do not type words that begin with this private-use character.

use std::fmt::{Display, Write as _};

use super::characters::{Kind, SYMBOL, compose, kind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    Word,
    Unspaced,
    /// Signs at the end of a word, such as `++`.
    Affix,
    Symbols,
}

/// A maximal run of characters of one kind; `start` and `end` count bytes.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub kind: RunKind,
    pub text: &'a str,
    pub start: usize,
    pub end: usize,
}

pub fn runs(text: &str) -> Runs<'_> {
    Runs { text, at: 0, before: Kind::Break }
}

pub struct Runs<'a> {
    text: &'a str,
    at: usize,
    /// The kind of the character before `at`.
    before: Kind,
}

impl<'a> Iterator for Runs<'a> {
    type Item = Run<'a>;

    fn next(&mut self) -> Option<Run<'a>> {
        loop {
            let start = self.at;
            let first = self.text[start..].chars().next()?;
            let here = kind(first);
            let run = match here {
                Kind::Word => Some(RunKind::Word),
                Kind::Unspaced => Some(RunKind::Unspaced),
                Kind::Symbol => Some(RunKind::Symbols),
                Kind::Affix if matches!(self.before, Kind::Word | Kind::Unspaced) => Some(RunKind::Affix),
                _ => None,
            };
            let Some(run) = run else {
                self.at += first.len_utf8();
                self.before = here;
                continue;
            };
            self.at = start + self.length(start, here);
            self.before = here;
            return Some(Run { kind: run, text: &self.text[start..self.at], start, end: self.at });
        }
    }
}

impl Runs<'_> {
    /// Length in bytes of the run of `run_kind` at `start`; a run of symbols continues across ignored characters.
    fn length(&self, start: usize, run_kind: Kind) -> usize {
        let mut end = 0;
        for (at, c) in self.text[start..].char_indices() {
            let here = kind(c);
            if here == run_kind {
                end = at + c.len_utf8();
            } else if !(run_kind == Kind::Symbol && here == Kind::Ignored) {
                break;
            }
        }
        end
    }
}

pub fn gram_tokens(run: &str) -> Vec<&str> {
    let ends: Vec<usize> = run.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(0..ends.len()).map(|(start, i)| &run[start..ends[(i + 1).min(ends.len() - 1)]]).collect()
}

pub fn symbol_tokens(run: &str) -> Vec<String> {
    run.chars().filter(|&c| kind(c) != Kind::Ignored).map(|c| format!("{SYMBOL}{:x}", u32::from(c))).collect()
}

/// The grams of `text`, separated by spaces.
pub fn grams(text: &str) -> String {
    let mut output = String::new();
    if !is_plain(text) && text.chars().any(|c| matches!(kind(c), Kind::Unspaced | Kind::Symbol | Kind::Affix))
    {
        add_grams(&compose(text), &mut output);
    }
    output
}

/// ASCII without `+` and `#`, which is most text, has no grams. Fixed-size blocks let the compiler vectorize the test.
fn is_plain(text: &str) -> bool {
    let has_more =
        |block: &[u8]| block.iter().fold(false, |any, &b| any | !b.is_ascii() | matches!(b, b'+' | b'#'));
    !text.as_bytes().chunks(256).any(has_more)
}

fn add_grams(text: &str, output: &mut String) {
    let mut word: Option<Run<'_>> = None;
    let mut gram_end = usize::MAX;
    for run in runs(text) {
        match run.kind {
            RunKind::Unspaced => {
                if let Some(touching) = word.filter(|word| word.end == run.start) {
                    push(output, touching.text);
                }
                for token in gram_tokens(run.text) {
                    push(output, token);
                }
                gram_end = run.end;
            }
            RunKind::Word => {
                if gram_end == run.start {
                    push(output, run.text);
                    push(output, SYMBOL); // separates it from the next such word, with which it would form a phrase
                }
                word = Some(run);
            }
            RunKind::Affix | RunKind::Symbols => {
                if let Some(ended) = word.filter(|word| run.kind == RunKind::Affix && word.end == run.start) {
                    push(output, ended.text);
                }
                for token in symbol_tokens(run.text) {
                    push(output, token);
                }
                push(output, SYMBOL);
            }
        }
    }
}

fn push(output: &mut String, token: impl Display) {
    let space = if output.is_empty() { "" } else { " " };
    let _ = write!(output, "{space}{token}");
}

#[cfg(test)]
mod tests {
    use super::grams;

    #[test]
    fn unspaced_runs_become_pairs_and_a_last_character() {
        assert_eq!(grams("東京都"), "東京 京都 都");
        assert_eq!(grams("iPhoneを15"), "iPhone を 15 \u{e000}");
    }

    #[test]
    fn signs_count_only_after_a_word() {
        assert_eq!(grams("C++ # + heading"), "C \u{e000}2b \u{e000}2b \u{e000}");
        assert_eq!(grams("plain text, nothing else"), "");
        assert_eq!(grams(&format!("{}F#", "long ".repeat(200))), "F \u{e000}23 \u{e000}");
    }

    #[test]
    fn an_emoji_is_its_code_points_without_joiners() {
        assert_eq!(
            grams("👨\u{200d}👩 ❤\u{fe0f}"),
            "\u{e000}1f468 \u{e000}1f469 \u{e000} \u{e000}2764 \u{e000}"
        );
    }
}
