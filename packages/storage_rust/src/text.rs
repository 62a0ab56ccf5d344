//! How text is seen by the search: kinds of characters, grams, folding.
//!
//! FTS5's unicode61 tokenizer sees words between spaces and punctuation. It cannot see the words of scripts that write
//! none, nor symbols: emoji, and the ends of `C++` and `C#`. For those we store *grams* beside the text, as words that
//! the tokenizer does see:
//!
//! - a run of an unspaced script: each pair of neighbours, then its last character: 東京都 gives `東京 京都 都`. Two or
//!   more characters are found as a phrase of pairs, which is a search for a substring; one character as a prefix;
//! - a word that touches such a run, since the tokenizer sees the two as one: `iPhoneを` gives `iPhone を`, `をiPhone`
//!   gives `を iPhone` and a lone U+E000, which parts it from the next such word;
//! - a run of symbols: U+E000 and the code point of each, then a lone U+E000; before it the word that it ends: with S
//!   for U+E000, `C++` gives `C S2b S2b S`. No word that somebody types begins with that letter of private use.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

use unicode_general_category::{GeneralCategory as G, get_general_category};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// What the grams of symbols begin with.
const SYMBOL: char = '\u{e000}';
/// Stands in folded text for what is passed over.
pub const FILLER: char = '\u{300}';

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// A script written without spaces, and Hangul, whose particles stick to the word.
    Unspaced,
    Symbol,
    /// A symbol only where it ends a word, or every heading and list of Markdown would count.
    Affix,
    /// Joiners and variation selectors inside an emoji.
    Ignored,
    Break,
}

pub fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Kind::Word,
        '+' | '#' => Kind::Affix,
        '\0'..='\x7f' | SYMBOL => Kind::Break,
        '\u{200d}' | '\u{20e3}' | '\u{fe0e}' | '\u{fe0f}' => Kind::Ignored,
        _ if is_unspaced(c) => Kind::Unspaced,
        _ if is_symbol(c) => Kind::Symbol,
        _ if is_word(c) => Kind::Word,
        _ => Kind::Break,
    }
}

fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e01}'..='\u{0e3a}' | '\u{0e40}'..='\u{0e4e}' // Thai
        | '\u{0e81}'..='\u{0ebd}' | '\u{0ec0}'..='\u{0ece}' | '\u{0edc}'..='\u{0edf}' // Lao
        | '\u{0f40}'..='\u{0f6c}' | '\u{0f71}'..='\u{0f84}' | '\u{0f88}'..='\u{0fbc}' // Tibetan
        | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{109d}' | '\u{a9e0}'..='\u{a9ef}' // Myanmar
        | '\u{a9fa}'..='\u{a9fe}' | '\u{aa60}'..='\u{aa76}' | '\u{aa7a}'..='\u{aa7f}'
        | '\u{1780}'..='\u{17d3}' // Khmer
        | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{a960}'..='\u{a97c}' // Hangul
        | '\u{ac00}'..='\u{d7a3}' | '\u{d7b0}'..='\u{d7fb}' | '\u{ffa1}'..='\u{ffdc}'
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3031}'..='\u{3035}' // ideographic marks
        | '\u{3038}'..='\u{303c}'
        | '\u{3041}'..='\u{3096}' | '\u{3099}' | '\u{309a}' | '\u{309d}'..='\u{309f}' // kana
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' // Bopomofo
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' // Han
        | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}') // beyond the first plane
}

fn is_symbol(c: char) -> bool {
    matches!(c,
        '\u{a2}'..='\u{a5}' | '\u{a9}' | '\u{ae}' | '\u{b0}' | '\u{b1}' | '\u{d7}' | '\u{f7}'
        | '\u{20a0}'..='\u{20cf}' | '\u{2122}' | '\u{2190}'..='\u{245f}' | '\u{25a0}'..='\u{2775}'
        | '\u{2794}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn is_word(c: char) -> bool {
    matches!(
        get_general_category(c),
        G::UppercaseLetter
            | G::LowercaseLetter
            | G::TitlecaseLetter
            | G::ModifierLetter
            | G::OtherLetter
            | G::DecimalNumber
            | G::LetterNumber
            | G::OtherNumber
            | G::PrivateUse
            | G::NonspacingMark
            | G::SpacingMark
    )
}

/// One character as the index compares it, but for a break, which becomes a space.
pub fn fold(c: char) -> char {
    if c.is_ascii_alphanumeric() {
        return c.to_ascii_lowercase();
    }
    match kind(c) {
        Kind::Ignored => FILLER,
        Kind::Word if ('\u{300}'..='\u{36f}').contains(&c) => FILLER,
        Kind::Word => {
            let lower = c.to_lowercase().next().unwrap_or(c);
            std::iter::once(lower).nfd().next().unwrap_or(lower)
        }
        Kind::Break => ' ',
        Kind::Unspaced | Kind::Symbol | Kind::Affix => c,
    }
}

pub fn compose(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    Word,
    Unspaced,
    /// The signs that end a word.
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
    /// Bytes of the run of `wanted` from `start`; symbols go on over what is ignored between them.
    fn length(&self, start: usize, wanted: Kind) -> usize {
        let mut end = 0;
        for (at, c) in self.text[start..].char_indices() {
            let found = kind(c);
            if found == wanted {
                end = at + c.len_utf8();
            } else if !(wanted == Kind::Symbol && found == Kind::Ignored) {
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

/// What stands in the index beside `texts`.
pub fn grams(texts: &[&str]) -> String {
    let mut found = String::new();
    for text in texts {
        if !is_plain(text)
            && text.chars().any(|c| matches!(kind(c), Kind::Unspaced | Kind::Symbol | Kind::Affix))
        {
            add_grams(&compose(text), &mut found);
        }
    }
    found
}

/// ASCII without `+` and `#`, as most texts are, has no grams. Blocks let the processor look at many bytes at once.
fn is_plain(text: &str) -> bool {
    let has_more =
        |block: &[u8]| block.iter().fold(false, |found, &b| found | !b.is_ascii() | matches!(b, b'+' | b'#'));
    !text.as_bytes().chunks(256).any(has_more)
}

fn add_grams(text: &str, found: &mut String) {
    let mut word: Option<Run<'_>> = None;
    let mut gram_end = usize::MAX;
    for run in runs(text) {
        match run.kind {
            RunKind::Unspaced => {
                if let Some(touching) = word.filter(|word| word.end == run.start) {
                    push(found, touching.text);
                }
                gram_tokens(run.text).into_iter().for_each(|token| push(found, token));
                gram_end = run.end;
            }
            RunKind::Word => {
                if gram_end == run.start {
                    push(found, run.text);
                    push(found, SYMBOL); // or it would stand beside the next such word, and pass for a phrase
                }
                word = Some(run);
            }
            RunKind::Affix | RunKind::Symbols => {
                if let Some(ended) = word.filter(|word| run.kind == RunKind::Affix && word.end == run.start) {
                    push(found, ended.text);
                }
                symbol_tokens(run.text).iter().for_each(|token| push(found, token));
                push(found, SYMBOL);
            }
        }
    }
}

fn push(found: &mut String, token: impl Display) {
    let space = if found.is_empty() { "" } else { " " };
    let _ = write!(found, "{space}{token}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unspaced_runs_become_pairs_and_a_last_character() {
        assert_eq!(grams(&["東京都", "x"]), "東京 京都 都");
        assert_eq!(grams(&["iPhoneを15"]), "iPhone を 15 \u{e000}");
    }

    #[test]
    fn signs_count_only_after_a_word() {
        assert_eq!(grams(&["C++ # + heading"]), "C \u{e000}2b \u{e000}2b \u{e000}");
        assert_eq!(grams(&["plain text, nothing else"]), "");
        assert_eq!(grams(&[&format!("{}F#", "long ".repeat(200))]), "F \u{e000}23 \u{e000}");
    }

    #[test]
    fn an_emoji_is_its_code_points_without_joiners() {
        assert_eq!(
            grams(&["👨\u{200d}👩 ❤\u{fe0f}"]),
            "\u{e000}1f468 \u{e000}1f469 \u{e000} \u{e000}2764 \u{e000}"
        );
    }

    #[test]
    fn folding_drops_case_and_diacritics() {
        let folded: String = "ÉLAN e\u{301} Straße, ё".chars().map(fold).collect();
        assert_eq!(folded, "elan e\u{300} straße  е");
    }
}
