//! Masks the secrets of a client in text that comes from a server or from the network library.
//!
//! A secret is recognised in every form in which a server may repeat it: as it is, escaped once or several times (see
//! `unescape`), and within Base64. The text is searched as it is and again after each level of escapes was removed, and
//! what is found there is masked in the original.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::error::Error;
use crate::protocol::unescape::View;
use crate::text::{limit_chars, one_line};

pub const MASK: &str = "***";

/// The part of a body that an error keeps.
pub const MAX_ERROR_BODY: usize = 64 << 10;

const MAX_MESSAGE_CHARS: usize = 2000;

/// Masking a secret of a few letters would garble the text, and so reveal it.
const MIN_SECRET: usize = 4;

/// Levels of escapes that are removed.
const MAX_LEVELS: usize = 4;

/// A shorter beginning of a secret, at the end of an incomplete answer, says nothing of it.
const MIN_PREFIX: usize = 8;

/// The secrets of a client or of a call. A clone shares them.
#[derive(Clone, Default)]
pub struct Masks(Arc<Inner>);

#[derive(Default)]
struct Inner {
    secrets: BTreeSet<String>,
    /// Built when a text is masked for the first time.
    finder: OnceLock<Finder>,
}

struct Finder {
    patterns: Vec<Pattern>,
    automaton: Option<AhoCorasick>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pattern {
    bytes: Vec<u8>,
    /// How many characters of Base64 before and after it have a part of the secret.
    margins: (usize, usize),
}

/// Whether a text was cut, so that a part of a secret may be at its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Complete,
    Cut,
}

impl Masks {
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let secrets = secrets.into_iter().filter(|secret| secret.len() >= MIN_SECRET).collect();
        Self(Arc::new(Inner { secrets, finder: OnceLock::new() }))
    }

    /// These secrets and `more`.
    pub fn with(&self, more: impl IntoIterator<Item = String>) -> Self {
        let more: Vec<String> = more.into_iter().filter(|secret| !self.0.secrets.contains(secret)).collect();
        if more.is_empty() { self.clone() } else { Self::new(self.0.secrets.iter().cloned().chain(more)) }
    }

    pub fn mask(&self, text: String) -> String {
        self.mask_end(text, None)
    }

    /// Mask `text`, then cut it to at most `limit` bytes.
    pub fn mask_and_limit(&self, text: String, limit: usize, end: End) -> String {
        let mut text = self.mask_end(text, (end == End::Cut).then_some(1));
        text.truncate(floor_char_boundary(&text, limit));
        text
    }

    /// The text of an answer that was interrupted.
    pub fn mask_partial(&self, text: String) -> String {
        self.mask_end(text, Some(MIN_PREFIX))
    }

    /// A text of a server for an error message: masked, on one line, at most `limit` characters.
    pub fn line(&self, text: &str, limit: usize) -> String {
        let beginning = &text[..floor_char_boundary(text, MAX_ERROR_BODY)];
        let min_prefix = (beginning.len() < text.len()).then_some(1);
        limit_chars(one_line(&self.mask_end(beginning.to_owned(), min_prefix)), limit)
    }

    /// Mask whatever may come from a server in an error, and make its texts safe for terminals and logs.
    pub fn clean(&self, error: Error) -> Error {
        let mut error = error.map_message(|message| self.line(&message, MAX_MESSAGE_CHARS));
        let details = error.details_mut();
        let end = if details.body.len() > MAX_ERROR_BODY { End::Cut } else { End::Complete };
        details.body = self.mask_and_limit(std::mem::take(&mut details.body), MAX_ERROR_BODY, end);
        error
    }

    /// `min_prefix`: from which length on the beginning of a secret is masked at the end.
    fn mask_end(&self, text: String, min_prefix: Option<usize>) -> String {
        if self.0.secrets.is_empty() || text.is_empty() {
            return text;
        }
        let mut places = self.finder().find(&text, min_prefix);
        if places.is_empty() {
            return text;
        }
        places.sort_unstable_by_key(|place| (place.start, place.end));
        let mut masked = String::with_capacity(text.len());
        let mut done = 0;
        for place in places {
            let (start, end) = (place.start, place.end);
            if start > done || masked.is_empty() {
                masked.push_str(&text[done..start.max(done)]);
                masked.push_str(MASK);
            }
            done = done.max(end);
        }
        masked.push_str(&text[done..]);
        masked
    }

    fn finder(&self) -> &Finder {
        self.0.finder.get_or_init(|| Finder::new(&self.0.secrets))
    }
}

impl fmt::Debug for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masks({} secrets)", self.0.secrets.len())
    }
}

impl Finder {
    fn new(secrets: &BTreeSet<String>) -> Self {
        let patterns: BTreeSet<Pattern> = secrets.iter().flat_map(|secret| patterns(secret)).collect();
        let patterns: Vec<Pattern> = patterns.into_iter().collect();
        // Fails only for more patterns than memory can hold.
        let automaton = AhoCorasick::new(patterns.iter().map(|pattern| &pattern.bytes)).ok();
        Self { patterns, automaton }
    }

    /// The places of all secrets in `text`.
    fn find(&self, text: &str, min_prefix: Option<usize>) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut view = View::new(text);
        for _ in 0..=MAX_LEVELS {
            self.find_in(&view, &mut places);
            if let Some(min_prefix) = min_prefix
                && let Some(start) = self.prefix_at_end(&view, min_prefix)
            {
                places.push(view.place(start..start + 1).start..text.len());
            }
            match view.unescape() {
                Some(unescaped) => view = unescaped,
                None => break,
            }
        }
        places
    }

    fn find_in(&self, view: &View, places: &mut Vec<Range<usize>>) {
        let Some(automaton) = &self.automaton else { return };
        for found in automaton.find_overlapping_iter(&*view.bytes) {
            let pattern = &self.patterns[found.pattern()];
            let range = with_margins(&view.bytes, found.range(), pattern.margins);
            places.push(view.place(range));
        }
    }

    /// Where the longest beginning of a secret starts at the end of a text that was cut.
    fn prefix_at_end(&self, view: &View, min_prefix: usize) -> Option<usize> {
        let ends = [view.bytes.len(), view.end_without_cut_escape()];
        let start = |end: usize| {
            let text = &view.bytes[..end];
            let longest = self.patterns.iter().filter_map(|pattern| {
                let lengths = min_prefix..=pattern.bytes.len().min(text.len());
                lengths.rev().find(|length| text.ends_with(&pattern.bytes[..*length]))
            });
            longest.max().map(|length| end - length)
        };
        ends.into_iter().filter_map(start).min()
    }
}

fn floor_char_boundary(text: &str, limit: usize) -> usize {
    (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0)
}

/// What to search for in a text, and in the text without its escapes.
fn patterns(secret: &str) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    let mut view = View::new(secret);
    loop {
        patterns.push(Pattern { bytes: view.bytes.to_vec(), margins: (0, 0) });
        match view.unescape() {
            Some(unescaped) if unescaped.bytes.len() >= MIN_SECRET => view = unescaped,
            _ => break,
        }
    }
    if !secret.is_ascii() {
        // As a server shows it that reads UTF-8 as Latin-1.
        let latin1: String = secret.bytes().map(char::from).collect();
        patterns.push(Pattern { bytes: View::new(&latin1).bytes.to_vec(), margins: (0, 0) });
    }
    for shift in 0..3 {
        let margins = (usize::from(shift > 0), usize::from(!(shift + secret.len()).is_multiple_of(3)));
        let standard = base64_core(secret, shift);
        let url_safe = standard.replace('+', "-").replace('/', "_");
        for text in BTreeSet::from([standard, url_safe]) {
            if text.len() >= MIN_SECRET {
                patterns.push(Pattern { bytes: View::new(&text).bytes.to_vec(), margins });
            }
        }
    }
    patterns
}

/// The characters that the Base64 of a longer text has for a secret after `shift` bytes, without those at its ends that
/// depend on its neighbours.
fn base64_core(secret: &str, shift: usize) -> String {
    let encoded = STANDARD_NO_PAD.encode([&[0; 2][..shift], secret.as_bytes()].concat());
    let start = [0, 2, 3][shift];
    let is_whole = (shift + secret.len()).is_multiple_of(3);
    encoded[start..encoded.len() - usize::from(!is_whole)].to_owned()
}

/// `range` with the characters of Base64 next to it, and its padding.
fn with_margins(bytes: &[u8], range: Range<usize>, (before, after): (usize, usize)) -> Range<usize> {
    if (before, after) == (0, 0) {
        return range;
    }
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_".contains(byte);
    let before = bytes[..range.start].iter().rev().take(before).take_while(|byte| is_base64(byte)).count();
    let mut end = range.end;
    end += bytes[end..].iter().take(after).take_while(|byte| is_base64(byte)).count();
    end += bytes[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
    range.start - before..end
}
