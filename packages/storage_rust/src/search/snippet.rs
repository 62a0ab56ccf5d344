//! Snippets: the part of a text with the best matches, and the spans to highlight.

use super::characters::{FILLER, Kind, kind};
use super::comparison::{Comparable, comparable, extend_comparable};
use super::query::{Part, PartKind};

/// The length of a snippet in characters, and how many of them precede the first match.
const LENGTH: usize = 200;
const LEAD: usize = 40;
/// The maximum number of matches of one part that are considered.
const MAX_MATCHES: usize = 200;

/// Start and end, in characters.
pub type Span = (usize, usize);

/// The best window over `texts`, which are pairs of field and text, and the highlights in it.
///
/// The best window has matches of the most parts; among equals it is the first window of the first text. Without a
/// match it is the beginning of the first text that is not empty.
pub fn snippet(texts: &[(&str, &str)], parts: &[Part]) -> (String, Vec<Span>) {
    let mut best: Option<(usize, usize, Vec<char>, Vec<Match>)> = None;
    for &(field, text) in texts {
        let parts: Vec<&Part> =
            parts.iter().filter(|part| part.field.is_empty() || part.field == field).collect();
        if parts.is_empty() {
            continue;
        }
        let chars: Vec<char> = text.chars().collect();
        let matches = matches(text, &parts);
        let (count, start) = window(&matches);
        if count > best.as_ref().map_or(0, |best| best.0) {
            best = Some((count, start, chars, matches));
        }
    }
    if let Some((_, start, chars, matches)) = best {
        return cut(&chars, start, &matches);
    }
    let text = texts.iter().map(|&(_, text)| text).find(|text| !text.is_empty()).unwrap_or("");
    let chars: Vec<char> = text.chars().take(LENGTH + 1).collect();
    cut(&chars, 0, &[])
}

/// Searches many texts for the same parts.
pub struct PartFinder<'a> {
    parts: Vec<(&'a Part, Vec<Vec<char>>)>,
    folded: Vec<Vec<char>>,
}

impl<'a> PartFinder<'a> {
    pub fn new(parts: &'a [Part]) -> Self {
        Self { parts: parts.iter().map(|part| (part, folded_words(part))).collect(), folded: Vec::new() }
    }

    /// Whether each part matches in at least one of `texts`.
    pub fn finds_all_in(&mut self, texts: &[&str]) -> bool {
        self.folded.resize_with(texts.len(), Vec::new);
        for (text, folded) in texts.iter().zip(&mut self.folded) {
            folded.clear();
            extend_comparable(text, folded);
        }
        self.parts.iter().all(|(part, words)| {
            let is_at = |text: &Vec<char>, at| match_at(text, at, words, part).is_some();
            !words.is_empty() && self.folded.iter().any(|text| (0..text.len()).any(|at| is_at(text, at)))
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    start: usize,
    end: usize,
    part: usize,
}

fn matches(text: &str, parts: &[&Part]) -> Vec<Match> {
    let text = Comparable::new(text);
    let folded = &text.chars;
    let mut matches = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let words = folded_words(part);
        if words.is_empty() {
            continue;
        }
        let (mut at, mut count) = (0, 0);
        while at < folded.len() && count < MAX_MATCHES {
            match match_at(folded, at, &words, part) {
                Some(end) => {
                    let original = text.original(at, end);
                    matches.push(Match { start: original.0, end: original.1, part: index });
                    at = end;
                    count += 1;
                }
                None => at += 1,
            }
        }
    }
    matches.sort_unstable();
    matches
}

fn folded_words(part: &Part) -> Vec<Vec<char>> {
    part.texts
        .iter()
        .map(|text| comparable(text).into_iter().filter(|&c| c != FILLER).collect::<Vec<char>>())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The end of the match of `words` at `start` of the folded text, if they match there.
fn match_at(folded: &[char], start: usize, words: &[Vec<char>], part: &Part) -> Option<usize> {
    let is_words = part.kind == PartKind::Words;
    let begins_word = is_words || part.kind == PartKind::Affixed;
    if folded[start] != words[0][0] || begins_word && start > 0 && in_word(folded[start - 1]) {
        return None;
    }
    let mut at = start;
    for (n, word) in words.iter().enumerate() {
        if n > 0 && is_words {
            if !folded.get(at).copied().is_some_and(between_words) {
                return None;
            }
            at = skip(folded, at, |c| c == FILLER || between_words(c));
        }
        for &c in word {
            if folded.get(at) != Some(&c) {
                return None;
            }
            at = skip(folded, at + 1, |c| c == FILLER);
        }
    }
    if !is_words {
        return Some(at);
    }
    if part.prefix {
        return Some(skip(folded, at, in_word));
    }
    (!folded.get(at).copied().is_some_and(in_word)).then_some(at)
}

fn skip(folded: &[char], at: usize, is_skipped: impl Fn(char) -> bool) -> usize {
    folded[at..].iter().position(|&c| !is_skipped(c)).map_or(folded.len(), |n| at + n)
}

fn in_word(c: char) -> bool {
    c != ' ' && !matches!(kind(c), Kind::Unspaced | Kind::Symbol | Kind::Affix)
}

fn between_words(c: char) -> bool {
    c == ' ' || matches!(kind(c), Kind::Symbol | Kind::Affix)
}

/// The number of parts in the best window, and its start.
fn window(matches: &[Match]) -> (usize, usize) {
    let (mut best, mut best_start, mut first) = (0, 0, 0);
    let mut counts: Vec<(usize, usize)> = Vec::new(); // of each part in the window
    for last in matches {
        match counts.iter_mut().find(|(part, _)| *part == last.part) {
            Some((_, count)) => *count += 1,
            None => counts.push((last.part, 1)),
        }
        while last.end - matches[first].start > LENGTH - LEAD && matches[first].end < last.end {
            let removed = matches[first].part;
            if let Some((_, count)) = counts.iter_mut().find(|(part, _)| *part == removed) {
                *count -= 1;
            }
            counts.retain(|&(_, count)| count > 0);
            first += 1;
        }
        if counts.len() > best {
            (best, best_start) = (counts.len(), matches[first].start);
        }
    }
    (best, best_start)
}

fn cut(chars: &[char], match_start: usize, matches: &[Match]) -> (String, Vec<Span>) {
    let mut start = match_start.saturating_sub(LEAD);
    if start > 0 {
        start = (start..match_start).find(|&i| chars[i].is_whitespace()).map_or(start, |i| i + 1);
    }
    let mut end = chars.len().min(start + LENGTH);
    if end < chars.len() {
        let floor = (end - LEAD).max(end.min(match_start + 1));
        end = (floor + 1..=end).rev().find(|&i| chars[i].is_whitespace()).unwrap_or(end);
    }
    let before = usize::from(start > 0);
    let mut highlights: Vec<Span> = Vec::new();
    for matched in matches {
        let (a, b) = (matched.start.max(start), matched.end.min(end));
        if a >= b {
            continue;
        }
        let (a, b) = (a + before - start, b + before - start);
        match highlights.last_mut() {
            Some(last) if a <= last.1 => last.1 = last.1.max(b),
            _ => highlights.push((a, b)),
        }
    }
    let mut shown = String::new();
    if before > 0 {
        shown.push('…');
    }
    shown
        .extend(chars[start..end].iter().map(|&c| if c.is_whitespace() || c.is_control() { ' ' } else { c }));
    if end < chars.len() {
        shown.push('…');
    }
    (shown, highlights)
}
