//! Folding of words: what users do not distinguish when they search is equal.
//!
//! SQLite's tokenizer folds case and the diacritics of Latin letters. `words/folds.txt` has what it does not fold: Greek
//! accents, ё, Hebrew points, Arabic vowel signs and letter variants, ß, ligatures, full width and more. A folded text is
//! folded completely only once the tokenizer has seen it, too.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::characters::{compose, is_joiner};

static TABLE: LazyLock<Table> = LazyLock::new(Table::parse);

/// What replaces a character.
struct Fold {
    text: String,
    /// The tokenizer does something else.
    differs: bool,
}

/// The folds of `words/folds.txt`, by code point: for each block of 256 its first index in `indexes`, which has 0 for a
/// character that is not in the table, and the number of its fold plus one otherwise.
struct Table {
    blocks: Vec<usize>,
    indexes: Vec<u16>,
    folds: Vec<Fold>,
}

impl Table {
    fn parse() -> Self {
        let mut table =
            Self { blocks: vec![0; (char::MAX as usize >> 8) + 1], indexes: vec![0; 256], folds: Vec::new() };
        for line in include_str!("../../words/folds.txt").lines().filter(|line| !line.starts_with('#')) {
            let (target, codes) = line.split_once(' ').unwrap_or_default();
            for range in codes.split(' ') {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                let number = |text| u32::from_str_radix(text, 16).unwrap_or_default();
                for c in (number(first)..=number(last)).filter_map(char::from_u32) {
                    table.add(c, target);
                }
            }
        }
        table
    }

    fn add(&mut self, c: char, target: &str) {
        let fold = match (target, target.strip_prefix('~')) {
            ("-", _) => Fold { text: String::new(), differs: true },
            ("=", _) => Fold { text: c.to_string(), differs: false },
            (_, Some(text)) => Fold { text: text.to_owned(), differs: false },
            _ => Fold { text: target.replace('_', " "), differs: true },
        };
        self.folds.push(fold);
        let block = &mut self.blocks[c as usize >> 8];
        if *block == 0 {
            *block = self.indexes.len();
            self.indexes.resize(*block + 256, 0);
        }
        self.indexes[*block + (c as usize & 0xff)] = u16::try_from(self.folds.len()).unwrap_or(0);
    }

    fn get(&self, c: char) -> Option<&Fold> {
        let index = self.indexes[self.blocks[c as usize >> 8] + (c as usize & 0xff)];
        self.folds.get(usize::from(index).checked_sub(1)?)
    }
}

/// What replaces a character, if the tokenizer does not fold it so.
pub fn replacement(c: char) -> Option<&'static str> {
    if c.is_ascii() { None } else { TABLE.get(c).map(|fold| &*fold.text) }
}

/// Whether search folds a character of a composed text and the tokenizer does not.
pub fn differs(c: char) -> bool {
    !c.is_ascii() && (TABLE.get(c).is_some_and(|fold| fold.differs) || is_joiner(c))
}

/// Whether the tokenizer does not fold `word` as search does.
pub fn word_differs(word: &str) -> bool {
    if word.is_ascii() {
        return false;
    }
    if word.chars().any(differs) {
        return true;
    }
    // The tokenizer drops the mark of a decomposed й.
    match compose(word) {
        Cow::Borrowed(_) => false,
        Cow::Owned(composed) => composed != word && composed.chars().any(|c| TABLE.get(c).is_some()),
    }
}

/// `text` as search compares it, except for what the tokenizer folds: case and the diacritics of Latin letters.
pub fn fold(text: &str) -> Cow<'_, str> {
    let composed = compose(text);
    if composed.is_ascii() || !composed.chars().any(|c| TABLE.get(c).is_some() || is_joiner(c)) {
        return composed;
    }
    let mut folded = String::with_capacity(composed.len());
    for c in composed.chars() {
        match TABLE.get(c) {
            Some(fold) => folded.push_str(&fold.text),
            None if is_joiner(c) => {}
            None => folded.push(c),
        }
    }
    match compose(&folded) {
        Cow::Borrowed(_) => Cow::Owned(folded),
        Cow::Owned(composed) => Cow::Owned(composed),
    }
}

#[cfg(test)]
mod tests {
    use super::{fold, word_differs};

    #[test]
    fn words_are_folded_beyond_what_the_tokenizer_does() {
        for (word, folded) in [
            ("Straße", "Strasse"),
            ("σοφός", "σοφοσ"),
            ("Ёлка", "елка"),
            ("soft\u{ad}hyphen", "softhyphen"),
            ("ﾊﾟﾝ", "パン"),
            ("и\u{306}", "й"),
        ] {
            assert_eq!(fold(word), folded);
            assert!(word_differs(word), "{word}");
            assert_eq!(fold(folded), folded);
        }
    }

    #[test]
    fn what_the_tokenizer_folds_is_left_to_it() {
        for word in ["Élan", "e\u{301}lan", "край", "ÅNGSTRÖM", "ơ"] {
            assert!(!word_differs(word), "{word}");
        }
    }
}
