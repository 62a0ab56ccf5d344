//! Texts as search compares them, with the position of each character in the original.

use unicode_general_category::{GeneralCategory as G, get_general_category};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::characters::{FILLER, simplify};
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
        if is_simple(text) {
            chars.extend(text.chars().map(fold_simple));
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
    if is_simple(text) {
        chars.extend(text.chars().map(fold_simple));
    } else {
        for_each_cluster(text, |cluster| {
            if is_whole(cluster, cluster.chars().count()) {
                fold_cluster(cluster, chars);
            } else {
                cluster.chars().for_each(|c| fold_char(c, chars));
            }
        });
    }
}

/// Whether each character is folded to one.
fn is_simple(text: &str) -> bool {
    text.is_ascii()
        || is_nfc_quick(text.chars()) == IsNormalized::Yes
            && !text
                .chars()
                .any(|c| is_voicing(c) || replacement(c).is_some_and(|text| text.chars().count() > 1))
}

fn fold_simple(c: char) -> char {
    match replacement(c) {
        Some(text) => text.chars().next().map_or(FILLER, lower),
        None => simplify(c),
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
