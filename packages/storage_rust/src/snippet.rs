//! A piece of text around what was found, with the places to highlight.

use crate::query::{Part, PartKind};
use crate::text::{FILLER, Kind, fold, kind};

/// Characters of a snippet, and how many of them stand before the first match.
const LENGTH: usize = 200;
const LEAD: usize = 40;
/// Of one part; the window is sought among these.
const MAX_MATCHES: usize = 200;

/// Start and end, in characters.
pub type Span = (usize, usize);

/// The best window over `texts`, pairs of field and text, and the highlights in it.
///
/// Best is the one that holds most parts; between equals the first text and the first window. Without a match it is
/// the beginning of the first text that is not empty.
pub fn snippet(texts: &[(&str, &str)], parts: &[Part]) -> (String, Vec<Span>) {
    let mut best: Option<(usize, usize, Vec<char>, Vec<Match>)> = None;
    for &(field, text) in texts {
        let wanted: Vec<&Part> =
            parts.iter().filter(|part| part.field.is_empty() || part.field == field).collect();
        if wanted.is_empty() {
            continue;
        }
        let chars: Vec<char> = text.chars().collect();
        let matches = matches(&chars, &wanted);
        let (count, start) = window(&matches);
        if count > best.as_ref().map_or(0, |best| best.0) {
            best = Some((count, start, chars, matches));
        }
    }
    match best {
        Some((_, start, chars, matches)) => cut(&chars, start, &matches),
        None => {
            let text = texts.iter().map(|&(_, text)| text).find(|text| !text.is_empty()).unwrap_or("");
            let chars: Vec<char> = text.chars().take(LENGTH + 1).collect();
            cut(&chars, 0, &[])
        }
    }
}

/// Looks for the same parts in many texts.
pub struct Finder<'a> {
    parts: Vec<(&'a Part, Vec<Vec<char>>)>,
    folded: Vec<Vec<char>>,
}

impl<'a> Finder<'a> {
    pub fn new(parts: &'a [Part]) -> Self {
        Self { parts: parts.iter().map(|part| (part, folded_words(part))).collect(), folded: Vec::new() }
    }

    /// Whether each part is found in one of `texts`.
    pub fn finds_all_in(&mut self, texts: &[&str]) -> bool {
        self.folded.resize_with(texts.len(), Vec::new);
        for (text, folded) in texts.iter().zip(&mut self.folded) {
            folded.clear();
            folded.extend(text.chars().map(fold));
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

fn matches(chars: &[char], parts: &[&Part]) -> Vec<Match> {
    let folded: Vec<char> = chars.iter().map(|&c| fold(c)).collect();
    let mut found = Vec::new();
    for (part, wanted) in parts.iter().enumerate() {
        let words = folded_words(wanted);
        if words.is_empty() {
            continue;
        }
        let (mut at, mut count) = (0, 0);
        while at < folded.len() && count < MAX_MATCHES {
            match match_at(&folded, at, &words, wanted) {
                Some(end) => {
                    found.push(Match { start: at, end, part });
                    at = end;
                    count += 1;
                }
                None => at += 1,
            }
        }
    }
    found.sort_unstable();
    found
}

fn folded_words(part: &Part) -> Vec<Vec<char>> {
    part.texts
        .iter()
        .map(|text| text.chars().map(fold).filter(|&c| c != FILLER).collect::<Vec<char>>())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The end of `words` at `start` of folded text, if they stand there.
fn match_at(folded: &[char], start: usize, words: &[Vec<char>], part: &Part) -> Option<usize> {
    let is_words = part.run == PartKind::Words;
    let begins_word = is_words || part.run == PartKind::Affixed;
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

fn skip(folded: &[char], at: usize, passed: impl Fn(char) -> bool) -> usize {
    folded[at..].iter().position(|&c| !passed(c)).map_or(folded.len(), |n| at + n)
}

fn in_word(c: char) -> bool {
    c != ' ' && !matches!(kind(c), Kind::Unspaced | Kind::Symbol | Kind::Affix)
}

fn between_words(c: char) -> bool {
    c == ' ' || matches!(kind(c), Kind::Symbol | Kind::Affix)
}

/// How many parts the best window holds, and where it starts.
fn window(matches: &[Match]) -> (usize, usize) {
    let (mut best, mut best_start, mut first) = (0, 0, 0);
    let mut inside: Vec<(usize, usize)> = Vec::new(); // part, how often
    for found in matches {
        match inside.iter_mut().find(|(part, _)| *part == found.part) {
            Some((_, times)) => *times += 1,
            None => inside.push((found.part, 1)),
        }
        while found.end - matches[first].start > LENGTH - LEAD && matches[first].end < found.end {
            let gone = matches[first].part;
            if let Some((_, times)) = inside.iter_mut().find(|(part, _)| *part == gone) {
                *times -= 1;
            }
            inside.retain(|&(_, times)| times > 0);
            first += 1;
        }
        if inside.len() > best {
            (best, best_start) = (inside.len(), matches[first].start);
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
    for found in matches {
        let (a, b) = (found.start.max(start), found.end.min(end));
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
