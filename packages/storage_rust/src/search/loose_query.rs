//! Queries whose plain words need not all match.

use std::collections::HashMap;

use super::grams::gram_tokens;
use super::query::{
    Field, Part, PartKind, Term, and, any_of, distinct, or, part_expression, parts, terms, whole_words,
};

/// The characters at which a loose query splits a word: those between words that have no space, but not those inside a
/// name, as in `foo_bar`, `a.b` or `well-known`.
const BETWEEN_WORDS: &[char] = &[
    '\'', '’', 'ʼ', '‘', '“', '”', '"', '«', '»', '„', ',', ';', '!', '?', '¡', '¿', '…', '—', '–', '(', ')',
    '[', ']', '{', '}', '|',
];

/// A query whose plain words need not all match.
#[derive(Clone, Debug, Default)]
pub struct LooseQuery {
    /// Phrases in quotes and the words of a field, which all must match.
    pub mandatory: Vec<Part>,
    /// The other words; the runs of an unspaced script as pairs of characters.
    pub optional: Vec<Part>,
    /// Words that must match, but do not count for the score.
    filter: Option<Part>,
    /// The FTS5 expression of rows that do not match, and the number of its phrases.
    excluded: Option<(String, usize)>,
}

impl LooseQuery {
    pub fn of_words(optional: Vec<Part>) -> Self {
        Self { optional, ..Self::default() }
    }

    /// The FTS5 expression of rows with one of the `candidates`; its phrases are those of `mandatory`, `candidates` and
    /// `others`, then further ones.
    pub fn expression(&self, candidates: &[Part], others: &[Part], fields: &[Field]) -> String {
        let mut expression = or(candidates, fields);
        if !others.is_empty() {
            // The others match or not, but their positions are known in the rows that the candidates select.
            expression = format!("({expression}) OR (({}) AND ({expression}))", or(others, fields));
        }
        if !self.mandatory.is_empty() {
            let mandatory = and(&self.mandatory, fields);
            expression =
                if candidates.is_empty() { mandatory } else { format!("({mandatory}) AND ({expression})") };
        }
        if let Some(filter) = &self.filter {
            expression = format!("({expression}) AND ({})", part_expression(filter, fields));
        }
        match &self.excluded {
            Some((excluded, _)) => format!("({expression}) NOT ({excluded})"),
            None => expression,
        }
    }

    /// The number of phrases of `expression`.
    pub fn phrases(&self, candidates: &[Part], others: &[Part]) -> usize {
        let repeated = if others.is_empty() { 0 } else { candidates.len() };
        let excluded = self.excluded.as_ref().map_or(0, |(_, phrases)| *phrases);
        self.mandatory.len()
            + candidates.len()
            + others.len()
            + repeated
            + usize::from(self.filter.is_some())
            + excluded
    }

    /// Restrict it to rows with the words of `value` in a field.
    pub fn require_words(&mut self, value: &str, field: &'static str) {
        let texts = whole_words(value);
        if !texts.is_empty() {
            self.filter = Some(Part { kind: PartKind::Words, field, texts, prefix: false });
        }
    }
}

pub fn parse_loosely(text: &str, fields: &'static [Field]) -> LooseQuery {
    let mut query = LooseQuery::default();
    let mut excluded: Vec<Vec<Part>> = Vec::new();
    for term in terms(text, fields) {
        if term.negative {
            excluded.push(parts(&term));
        } else if term.quoted || !term.field.name.is_empty() {
            query.mandatory.extend(parts(&term));
        } else {
            query.optional.extend(loose_parts(&term));
        }
    }
    excluded.retain(|parts| !parts.is_empty());
    query.mandatory = distinct(query.mandatory);
    query.optional = distinct(query.optional);
    let excluded = distinct(excluded);
    let phrases = excluded.iter().map(Vec::len).sum();
    query.excluded = any_of(&excluded, fields).map(|expression| (expression, phrases));
    query
}

/// The words of `text`, each once with the number of its occurrences, as the optional parts of a query.
pub fn words_of(text: &str, field: &'static Field) -> Vec<(Part, usize)> {
    let mut counts: HashMap<Part, usize> = HashMap::new();
    let mut words: Vec<Part> = Vec::new();
    for word in text.split_whitespace() {
        let term = Term { negative: false, quoted: false, field, text: word, prefix: false, typed: word };
        for part in loose_parts(&term) {
            let count = counts.entry(part.clone()).or_default();
            *count += 1;
            if *count == 1 {
                words.push(part);
            }
        }
    }
    words.into_iter().map(|part| (part.clone(), counts[&part])).collect()
}

fn loose_parts(term: &Term<'_>) -> Vec<Part> {
    let mut found = Vec::new();
    let mut rest = Some(term.text);
    while let Some(text) = rest {
        let (word, after) = match text.split_once(BETWEEN_WORDS) {
            Some((word, after)) => (word, Some(after)),
            None => (text, None),
        };
        rest = after;
        let piece = Term { text: word, prefix: term.prefix && after.is_none(), ..*term };
        for part in parts(&piece) {
            let pairs =
                if part.kind == PartKind::Unspaced { gram_tokens(&part.texts[0]) } else { Vec::new() };
            if pairs.len() <= 2 {
                found.push(part);
                continue;
            }
            let pair = |pair: &&str| Part { texts: vec![(*pair).to_owned()], ..part.clone() };
            found.extend(pairs[..pairs.len() - 1].iter().map(pair));
        }
    }
    found
}
