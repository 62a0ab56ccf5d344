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
//!   for U+E000, `C++` gives `C S2b S2b S`. Users do not type words that begin with this private-use character;
//! - a word that the tokenizer does not fold as search does, see `folding`: the folded word. So that phrases match, the
//!   three words before and after it precede and follow it, and a lone U+E000 ends them: `eine große Stadt` gives
//!   `eine grosse Stadt S`. A word with soft hyphens or zero-width characters, at which the tokenizer splits it, is one
//!   word here; then its pieces follow, if any of them is folded.

use super::characters::{
    Kind, SYMBOL, has_gram, is_certainly_composed, is_joiner, is_plain_east_asian, kind,
};
use super::folding::{differs, fold, word_differs};

/// How many words before and after a folded word are repeated. Phrases of one word more match as exactly as they would
/// without folding.
pub const NEIGHBORS: usize = 3;
/// Ends a sequence of tokens, so that it forms no phrase with the next one: `SYMBOL`.
const END: &str = "\u{e000}";

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
                Kind::Word | Kind::Selector => Some(RunKind::Word),
                Kind::Unspaced => Some(RunKind::Unspaced),
                Kind::Symbol => Some(RunKind::Symbols),
                Kind::Affix if matches!(self.before, Kind::Word | Kind::Unspaced | Kind::Selector) => {
                    Some(RunKind::Affix)
                }
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
    /// Length in bytes of the run that begins with a character of kind `first` at `start`.
    fn length(&self, start: usize, first: Kind) -> usize {
        let mut end = 0;
        for (at, c) in self.text[start..].char_indices() {
            match (first, kind(c)) {
                (first, here) if here == first => end = at + c.len_utf8(),
                (Kind::Word | Kind::Unspaced, Kind::Selector) | (Kind::Selector, Kind::Word) => {
                    end = at + c.len_utf8();
                }
                (Kind::Symbol, Kind::Ignored) | (_, Kind::Joiner) => {}
                _ => break,
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
    run.chars()
        .filter(|&c| kind(c) == Kind::Symbol || kind(c) == Kind::Affix)
        .map(|c| format!("{SYMBOL}{:x}", u32::from(c)))
        .collect()
}

/// The grams of `text`, separated by spaces.
pub fn grams(text: &str) -> String {
    let mut output = String::new();
    if !is_plain(text) {
        if text.chars().any(has_gram) {
            add_grams(text, &mut output);
        }
        if needs_folding(text) {
            add_folded_words(text, word_differs, &mut output);
        }
    }
    output
}

/// Whether a word of `text` may be folded.
fn needs_folding(text: &str) -> bool {
    let mut last = '\0';
    let differs = text.chars().filter(|&c| !c.is_ascii() && !is_plain_east_asian(c)).any(|c| {
        last = last.max(c);
        differs(c)
    });
    differs || !is_certainly_composed(text, last)
}

/// ASCII without `+` and `#`, which is most text, has no grams. Fixed-size blocks let the compiler vectorize the test.
fn is_plain(text: &str) -> bool {
    let has_more =
        |block: &[u8]| block.iter().fold(false, |any, &b| any | !b.is_ascii() | matches!(b, b'+' | b'#'));
    !text.as_bytes().chunks(256).any(has_more)
}

pub(super) fn add_grams(text: &str, output: &mut String) {
    let mut word: Option<Run<'_>> = None;
    let mut gram_end = usize::MAX;
    for run in runs(text) {
        match run.kind {
            RunKind::Unspaced => {
                if let Some(touching) = word.filter(|word| word.end == run.start) {
                    push(output, &fold(touching.text));
                }
                for token in gram_tokens(&fold(run.text)) {
                    push(output, token);
                }
                gram_end = run.end;
            }
            RunKind::Word => {
                if gram_end == run.start {
                    push(output, &fold(run.text));
                    push(output, END); // separates it from the next such word, with which it would form a phrase
                }
                word = Some(run);
            }
            RunKind::Affix | RunKind::Symbols => {
                if let Some(ended) = word.filter(|word| run.kind == RunKind::Affix && word.end == run.start) {
                    push(output, &fold(ended.text));
                }
                for token in symbol_tokens(run.text) {
                    push(output, &token);
                }
                push(output, END);
            }
        }
    }
}

/// Add the words for which `differs` holds, folded and with their neighbors.
pub(super) fn add_folded_words(text: &str, differs: impl Fn(&str) -> bool, output: &mut String) {
    let mut words: Vec<&str> = Vec::new();
    let mut unspaced_end = usize::MAX;
    let mut word_end = usize::MAX;
    for run in runs(text) {
        match run.kind {
            RunKind::Word if unspaced_end == run.start => {} // is a gram
            RunKind::Word => {
                words.push(run.text);
                word_end = run.end;
            }
            RunKind::Unspaced => {
                if word_end == run.start {
                    words.pop();
                }
                add_sequence(&words, &differs, output);
                words.clear();
                unspaced_end = run.end;
            }
            RunKind::Affix | RunKind::Symbols => {}
        }
    }
    add_sequence(&words, &differs, output);
}

fn add_sequence(words: &[&str], differs: &impl Fn(&str) -> bool, output: &mut String) {
    let mut added = 0; // how many words were passed
    let mut is_open = false;
    for (n, _) in words.iter().enumerate().filter(|(_, word)| differs(word)) {
        let start = added.max(n.saturating_sub(NEIGHBORS));
        if is_open && start > added {
            push(output, END);
        }
        added = words.len().min(n + 1 + NEIGHBORS);
        for neighbor in &words[start..added] {
            push(output, &fold(neighbor));
        }
        is_open = true;
    }
    if is_open {
        push(output, END);
    }
    for word in words.iter().filter(|word| word.contains(is_joiner)) {
        if word.split(is_joiner).any(word_differs) {
            word.split(is_joiner).for_each(|piece| push(output, &fold(piece)));
            push(output, END);
        }
    }
}

/// Add a token, unless it is empty: a word of marks that are dropped.
fn push(output: &mut String, token: &str) {
    if !output.is_empty() && !token.is_empty() {
        output.push(' ');
    }
    output.push_str(token);
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
    fn folded_words_have_neighbors() {
        assert_eq!(
            grams("a b c d große e f g h i j k Straße"),
            "b c d grosse e f g \u{e000} i j k Strasse \u{e000}"
        );
        assert_eq!(grams("große Straße, Élan"), "grosse Strasse Élan \u{e000}");
        assert_eq!(grams("soft\u{ad}ware"), "software \u{e000}");
        assert_eq!(grams("große東京ß bar"), "grosse 東京 京 ss \u{e000}");
        assert_eq!(grams("groß\u{ad}stadt"), "grossstadt \u{e000} gross stadt \u{e000}");
    }

    #[test]
    fn an_emoji_is_its_code_points_without_joiners() {
        assert_eq!(
            grams("👨\u{200d}👩 ❤\u{fe0f}"),
            "\u{e000}1f468 \u{e000}1f469 \u{e000} \u{e000}2764 \u{e000}"
        );
    }
}
