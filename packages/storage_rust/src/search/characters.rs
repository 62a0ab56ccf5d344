//! Kinds of characters and case folding, as FTS5's unicode61 tokenizer and our n-grams see them.

use std::borrow::Cow;

use unicode_general_category::{GeneralCategory as G, get_general_category};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The prefix of the grams of symbols.
pub const SYMBOL: char = '\u{e000}';
/// Replaces characters that a comparison ignores in folded text.
pub const FILLER: char = '\u{300}';

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// A script written without spaces, and Hangul, whose particles are attached to the word.
    Unspaced,
    Symbol,
    /// A symbol only at the end of a word; otherwise every Markdown heading and list would count.
    Affix,
    /// Keycaps and variation selectors after an emoji.
    Ignored,
    /// Ignored inside a word or a run: soft hyphens, zero-width characters and marks of the direction.
    Joiner,
    /// Variation selectors after a letter.
    Selector,
    Break,
}

pub fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Kind::Word,
        '+' | '#' => Kind::Affix,
        '\0'..='\x7f' | SYMBOL => Kind::Break,
        '\u{20e3}' | '\u{fe0e}' | '\u{fe0f}' => Kind::Ignored,
        _ if is_joiner(c) => Kind::Joiner,
        '\u{34f}'
        | '\u{180b}'..='\u{180d}'
        | '\u{180f}'
        | '\u{fe00}'..='\u{fe0d}'
        | '\u{e0100}'..='\u{e01ef}' => Kind::Selector,
        _ if is_unspaced(c) => Kind::Unspaced,
        _ if is_symbol(c) => Kind::Symbol,
        _ if is_word(c) => Kind::Word,
        _ => Kind::Break,
    }
}

/// Whether it is ignored inside a word or a run.
pub fn is_joiner(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e01}'..='\u{0e3a}' | '\u{0e40}'..='\u{0e4e}' // Thai
        | '\u{0e81}'..='\u{0ebd}' | '\u{0ec0}'..='\u{0ece}' | '\u{0edc}'..='\u{0edf}' // Lao
        | '\u{0f40}'..='\u{0f6c}' | '\u{0f71}'..='\u{0f84}' | '\u{0f88}'..='\u{0fbc}' // Tibetan
        | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{109d}' | '\u{a9e0}'..='\u{a9ef}' // Myanmar
        | '\u{a9fa}'..='\u{a9fe}' | '\u{aa60}'..='\u{aa76}' | '\u{aa7a}'..='\u{aa7f}'
        | '\u{1780}'..='\u{17d3}' // Khmer
        | '\u{2f00}'..='\u{2fd5}' // Kangxi radicals
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

/// Whether it is a part of a gram.
pub fn has_gram(c: char) -> bool {
    match c {
        '+' | '#' => true,
        _ if c.is_ascii() => false,
        _ => is_unspaced(c) || is_symbol(c),
    }
}

/// A character as the tokenizer folds it; a break becomes a space.
pub fn simplify(c: char) -> char {
    if c.is_ascii_alphanumeric() {
        return c.to_ascii_lowercase();
    }
    match kind(c) {
        Kind::Ignored | Kind::Joiner | Kind::Selector => FILLER,
        Kind::Word => {
            let lower = c.to_lowercase().next().unwrap_or(c);
            std::iter::once(lower).nfd().next().unwrap_or(lower)
        }
        Kind::Break => ' ',
        Kind::Unspaced | Kind::Symbol | Kind::Affix => c,
    }
}

/// Whether it is one of the letters of East Asia that neither folding nor composition changes: most characters of a text
/// that has any.
pub fn is_plain_east_asian(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}')
}

/// Whether `text`, whose last character in the order of Unicode (without those above) is `last`, is in normalization form C; a false answer may
/// be wrong.
pub fn is_certainly_composed(text: &str, last: char) -> bool {
    last < '\u{300}' || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// `text` in Unicode normalization form C.
pub fn compose(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}
