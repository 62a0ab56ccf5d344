//! Texts as search compares them, with the position of each character in the original.

use std::sync::LazyLock;

use unicode_general_category::{GeneralCategory as G, get_general_category};
use unicode_normalization::UnicodeNormalization;

use super::characters::{FILLER, is_certainly_composed, is_plain_east_asian, simplify};
use super::folding::{fold, replacement};

/// A folded text. Characters that are ignored are `FILLER`, and breaks are spaces.
pub struct Comparable {
    pub chars: Vec<char>,
    /// The start and the end of the original of each character; None if each character has one original.
    origins: Option<Vec<(usize, usize)>>,
}

impl Comparable {
    pub fn new(text: &str) -> Self {
        let mut chars = Vec::with_capacity(text.len());
        if extend_one_to_one(text, &mut chars) {
            return Self { chars, origins: None };
        }
        let mut origins = Vec::with_capacity(text.len());
        let mut start = 0;
        for_each_cluster(text, |cluster| {
            let length = cluster.chars().count();
            if is_whole(cluster, length) {
                fold_cluster(cluster, &mut chars);
                origins.resize(chars.len(), (start, start + length));
            } else {
                for (n, c) in cluster.chars().enumerate() {
                    fold_char(c, &mut chars);
                    origins.resize(chars.len(), (start + n, start + n + 1));
                }
            }
            start += length;
        });
        Self { chars, origins: Some(origins) }
    }

    /// The original of a span that is not empty.
    pub fn original(&self, start: usize, end: usize) -> (usize, usize) {
        match &self.origins {
            None => (start, end),
            Some(origins) => (origins[start].0, origins[end - 1].1),
        }
    }
}

/// The characters of a folded text.
pub fn comparable(text: &str) -> Vec<char> {
    let mut chars = Vec::new();
    extend_comparable(text, &mut chars);
    chars
}

pub fn extend_comparable(text: &str, chars: &mut Vec<char>) {
    if !extend_one_to_one(text, chars) {
        for_each_cluster(text, |cluster| {
            if is_whole(cluster, cluster.chars().count()) {
                fold_cluster(cluster, chars);
            } else {
                cluster.chars().for_each(|c| fold_char(c, chars));
            }
        });
    }
}

/// Add the characters of `text` if each is folded to one; otherwise add nothing and return false.
fn extend_one_to_one(text: &str, chars: &mut Vec<char>) -> bool {
    if text.is_ascii() {
        chars.extend(text.chars().map(simplify));
        return true;
    }
    let length = chars.len();
    let mut last = '\0';
    for c in text.chars() {
        if is_plain_east_asian(c) {
            chars.push(c);
            continue;
        }
        last = last.max(c);
        let folded = ONE_TO_ONE.get(c as usize).copied().unwrap_or_else(|| fold_to_one(c));
        if folded == NOT_ONE {
            chars.truncate(length);
            return false;
        }
        chars.push(folded);
    }
    if !is_certainly_composed(text, last) {
        chars.truncate(length);
        return false;
    }
    true
}

/// Marks a character that is not folded to one; it is not a character that a text has.
const NOT_ONE: char = '\u{ffff}';

/// `fold_to_one` of the characters of the first scripts, which are those of most texts.
static ONE_TO_ONE: LazyLock<Vec<char>> = LazyLock::new(|| ('\0'..'\u{2100}').map(fold_to_one).collect());

fn fold_to_one(c: char) -> char {
    if is_voicing(c) {
        return NOT_ONE;
    }
    let Some(text) = replacement(c) else { return simplify(c) };
    let mut folded = text.chars();
    match (folded.next(), folded.next()) {
        (None, _) => FILLER,
        (Some(only), None) => lower(only),
        _ => NOT_ONE,
    }
}

fn fold_char(c: char, chars: &mut Vec<char>) {
    match replacement(c) {
        Some("") => chars.push(FILLER),
        Some(text) => chars.extend(text.chars().map(lower)),
        None => chars.push(simplify(c)),
    }
}

/// Fold characters that belong together. Their parts may be composed, so each has the whole as its original.
fn fold_cluster(cluster: &str, chars: &mut Vec<char>) {
    let before = chars.len();
    for c in fold(cluster).chars() {
        fold_char(c, chars);
    }
    if chars.len() == before {
        chars.push(FILLER);
    }
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// Whether the characters of a cluster may be composed.
fn is_whole(cluster: &str, length: usize) -> bool {
    length > 1 && (cluster.contains(is_voicing) || cluster.nfc().ne(cluster.chars()))
}

/// Call `each` with the clusters of `text`: a character with the marks and the parts of a syllable that follow it.
fn for_each_cluster<'a>(text: &'a str, mut each: impl FnMut(&'a str)) {
    let mut start = 0;
    for (at, _) in text.char_indices().filter(|&(at, c)| at > 0 && !extends(c)) {
        each(&text[start..at]);
        start = at;
    }
    if start < text.len() {
        each(&text[start..]);
    }
}

fn extends(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    matches!(c, '\u{1160}'..='\u{11ff}')
        || is_voicing(c)
        || matches!(get_general_category(c), G::NonspacingMark | G::SpacingMark | G::EnclosingMark)
}

/// The voicing marks of half-width kana.
fn is_voicing(c: char) -> bool {
    matches!(c, '\u{ff9e}' | '\u{ff9f}')
}

#[cfg(test)]
mod tests {
    use super::{Comparable, comparable};

    #[test]
    fn case_and_variants_of_letters_are_equal() {
        let folded: String = comparable("ÉLAN e\u{301} Straße, ё").into_iter().collect();
        assert_eq!(folded, "elan e strasse  е");
    }

    #[test]
    fn positions_are_those_of_the_original() {
        let text = Comparable::new("große ﾊﾟ и\u{306}");
        assert_eq!(text.chars.iter().collect::<String>(), "grosse パ й");
        assert_eq!(text.original(0, 6), (0, 5));
        assert_eq!(text.original(7, 8), (6, 8));
        assert_eq!(text.original(9, 10), (9, 11));
    }
}
