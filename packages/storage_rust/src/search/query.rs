//! The query language of all searches, compiled to an FTS5 expression. Every string is a valid query.
//!
//! ```text
//! word            required; several words are combined with AND
//! "a phrase"      these words in this order; the closing quote may be missing
//! -word           excluded; also -"a phrase" and -field:word
//! prefix*         a word that begins with this
//! field:word      only in that field; also field:"a phrase"; an unknown field is plain text
//! ```
//!
//! Words are folded, see `folding`: a letter finds its accented forms and variants, and they find it. A phrase with such
//! a word and more than four words matches if its parts of four words do.
//!
//! A word that the tokenizer would split (`foo_bar`, `a.b()`) is a phrase of its pieces. Unspaced scripts and symbols
//! are searched by their grams, see `grams`. A term without searchable characters is ignored, unless it is the only one.

use std::collections::HashSet;
use std::hash::Hash;

use super::characters::{Kind, compose, kind};
use super::folding::{fold, word_differs};
use super::grams::{NEIGHBORS, Run, RunKind, gram_tokens, runs, symbol_tokens};

/// FTS5 opens an iterator for each part, so further ones, as in a pasted page, are ignored.
pub const MAX_PARTS: usize = 256;

/// A field of the query language: `words` are the FTS columns of its text, `grams` those of its grams. If it has no
/// gram columns, a run of an unspaced script counts as a word. The default field has an empty name.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub words: &'static [&'static str],
    pub grams: &'static [&'static str],
}

/// The smallest unit of a lookup: a phrase of words, a word with its signs, or a run of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    pub kind: PartKind,
    pub field: &'static str,
    pub texts: Vec<String>,
    pub prefix: bool,
}

impl Part {
    /// Whether the index looks up a single token for it.
    pub fn is_single_token(&self) -> bool {
        match self.kind {
            PartKind::Words => self.texts.len() == 1,
            PartKind::Unspaced => self.texts[0].chars().count() <= 2,
            PartKind::Affixed | PartKind::Symbols => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    Words,
    Unspaced,
    /// A word and the signs at its end.
    Affixed,
    Symbols,
}

/// A compiled query. Without `expression` and `excluded` it is blank and matches everything.
#[derive(Debug, Default)]
pub struct Query {
    /// The FTS5 expression of rows that match; set if the query has required terms.
    pub expression: Option<String>,
    /// The FTS5 expression of rows that do not match; set if all terms are excluded ones.
    pub excluded: Option<String>,
    /// The query has required terms, but none with searchable characters.
    pub matches_nothing: bool,
    /// The required parts, for highlights.
    pub parts: Vec<Part>,
    /// The phrases of `expression`: those of `parts` in their order, then the excluded ones.
    pub phrases: usize,
    negative: Option<String>,
}

impl Query {
    /// The same query, restricted to rows with the words of `value` in a field, as the last of `parts`.
    pub fn with_words(&self, value: &str, name: &'static str, fields: &'static [Field]) -> Option<Self> {
        let words = whole_words(value);
        self.expression.as_ref().filter(|_| !words.is_empty())?;
        let mut parts = self.parts.clone();
        parts.push(Part { kind: PartKind::Words, field: name, texts: words, prefix: false });
        let expression = Some(and_not(&parts, self.negative.as_deref(), fields));
        Some(Self { expression, parts, phrases: self.phrases + 1, ..Self::default() })
    }
}

pub fn parse(text: &str, fields: &'static [Field]) -> Query {
    let mut required: Vec<Part> = Vec::new();
    let mut excluded: Vec<Vec<Part>> = Vec::new();
    let mut has_required_terms = false;
    for term in terms(text, fields) {
        let parts = parts(&term);
        if !term.negative {
            has_required_terms = true;
            required.extend(parts);
        } else if !parts.is_empty() {
            excluded.push(parts);
        }
    }
    let required = distinct(required);
    let excluded = distinct(excluded);
    let phrases = required.len() + excluded.iter().map(Vec::len).sum::<usize>();
    let excluded = any_of(&excluded, fields);
    if required.is_empty() {
        let excluded = excluded.filter(|_| !has_required_terms);
        return Query { excluded, matches_nothing: has_required_terms, ..Query::default() };
    }
    let expression = Some(and_not(&required, excluded.as_deref(), fields));
    Query { expression, parts: required, phrases, negative: excluded, ..Query::default() }
}

/// A query that is still being typed: each word is a prefix, and no character has a special meaning.
///
/// A scheme and `www.` are ignored, because nearly every URL has them.
pub fn parse_prefixes(text: &str, fields: &'static [Field]) -> Query {
    let mut was_stripped = false;
    let terms = text.split_whitespace().map(|word| {
        let rest = strip(strip(strip(word, "http://"), "https://"), "www.");
        was_stripped |= rest.len() < word.len();
        Term {
            negative: false,
            quoted: false,
            field: &fields[0],
            text: rest.trim_end_matches('*'),
            prefix: true,
            typed: word,
        }
    });
    let required = distinct(terms.flat_map(|term| parts(&term)).collect());
    let matches_nothing = required.is_empty() && !text.trim().is_empty() && !was_stripped;
    let expression = (!required.is_empty()).then(|| and(&required, fields));
    Query { expression, matches_nothing, parts: required, ..Query::default() }
}

fn strip<'a>(word: &'a str, prefix: &str) -> &'a str {
    match word.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => &word[prefix.len()..],
        _ => word,
    }
}

pub(super) fn distinct<T: Clone + Eq + Hash>(items: Vec<T>) -> Vec<T> {
    let mut seen = HashSet::new();
    items.into_iter().filter(|item| seen.insert(item.clone())).take(MAX_PARTS).collect()
}

/// A term of a query as it was typed.
#[derive(Clone, Copy)]
pub(super) struct Term<'a> {
    pub negative: bool,
    pub quoted: bool,
    pub field: &'static Field,
    pub text: &'a str,
    pub prefix: bool,
    /// With its signs and quotes.
    pub typed: &'a str,
}

pub(super) fn terms<'a>(text: &'a str, fields: &'static [Field]) -> Vec<Term<'a>> {
    let default = fields.iter().find(|field| field.name.is_empty()).unwrap_or(&fields[0]);
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let start = rest;
        let negative = rest
            .strip_prefix('-')
            .is_some_and(|after| after.starts_with(|c: char| !c.is_whitespace() && c != '-'));
        if negative {
            rest = &rest[1..];
        }
        let mut word = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        let mut field = default;
        if let Some((name, value)) = word.split_once(':')
            && !name.is_empty()
            && !value.is_empty()
            && let Some(named) = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
        {
            field = named;
            rest = &rest[name.len() + 1..];
            word = value;
        }
        if let Some(quoted) = rest.strip_prefix('"') {
            let (phrase, mut after) = quoted.split_once('"').unwrap_or((quoted, ""));
            let starred = after.strip_prefix('*');
            after = starred.unwrap_or(after);
            terms.push(Term {
                negative,
                quoted: true,
                field,
                text: phrase.trim_end_matches('*'),
                prefix: starred.is_some(),
                typed: &start[..start.len() - after.len()],
            });
            rest = after.trim_start();
        } else {
            let bare = word.trim_end_matches('*');
            let after = &rest[word.len()..];
            terms.push(Term {
                negative,
                quoted: false,
                field,
                text: bare,
                prefix: bare.len() < word.len(),
                typed: &start[..start.len() - after.len()],
            });
            rest = after.trim_start();
        }
    }
    terms
}

pub(super) fn parts(term: &Term<'_>) -> Vec<Part> {
    let text = term.text;
    let part = |kind, texts, prefix| Part { kind, field: term.field.name, texts, prefix };
    if term.field.grams.is_empty() {
        let words = whole_words(&compose(text));
        let prefix = term.prefix && text.chars().next_back().is_some_and(is_wordlike);
        return if words.is_empty() { Vec::new() } else { vec![part(PartKind::Words, words, prefix)] };
    }
    let mut parts = Vec::new();
    let mut phrase: Vec<String> = Vec::new();
    let mut phrase_end = 0;
    let is_folded = |run: &Run<'_>| run.kind == RunKind::Word && word_differs(run.text);
    let max_words = if runs(text).any(|run| is_folded(&run)) { NEIGHBORS + 1 } else { usize::MAX };
    for run in runs(text) {
        match (run.kind, phrase.last()) {
            (RunKind::Word, _) => {
                phrase.extend(fold(run.text).split_whitespace().map(str::to_owned));
                phrase_end = run.end;
            }
            (RunKind::Affix, Some(word)) if phrase_end == run.start => {
                parts.push(part(PartKind::Affixed, vec![word.clone(), run.text.to_owned()], false));
            }
            (RunKind::Unspaced, _) => {
                end_phrase(&mut parts, part(PartKind::Words, std::mem::take(&mut phrase), false), max_words);
                parts.push(part(PartKind::Unspaced, vec![fold(run.text).into_owned()], false));
            }
            (RunKind::Affix | RunKind::Symbols, _) => {
                parts.push(part(PartKind::Symbols, vec![run.text.to_owned()], false));
            }
        }
    }
    let prefix = term.prefix && phrase_end == text.len();
    end_phrase(&mut parts, part(PartKind::Words, phrase, prefix), max_words);
    parts
}

/// Add `phrase`, unless it is a single word that was already added together with its signs. A phrase of more than
/// `max_words`, of which the grams have only parts, becomes all its parts of that length.
fn end_phrase(parts: &mut Vec<Part>, phrase: Part, max_words: usize) {
    let is_covered = parts.last().is_some_and(|last| last.kind == PartKind::Affixed);
    match phrase.texts.len() {
        0 => {}
        1 if is_covered => {}
        length if length > max_words => {
            let window = |texts: &[String]| Part { texts: texts.to_vec(), prefix: false, ..phrase };
            parts.extend(phrase.texts.windows(max_words).map(window));
            if let Some(last) = parts.last_mut() {
                last.prefix = phrase.prefix;
            }
        }
        _ => parts.push(phrase),
    }
}

fn is_wordlike(c: char) -> bool {
    matches!(kind(c), Kind::Word | Kind::Unspaced)
}

pub(super) fn whole_words(text: &str) -> Vec<String> {
    text.split(|c| !is_wordlike(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// An implicit AND: unlike with the operator, FTS5 then ignores a part in which its tokenizer finds no token.
pub(super) fn and(parts: &[Part], fields: &[Field]) -> String {
    parts.iter().map(|part| part_expression(part, fields)).collect::<Vec<_>>().join(" ")
}

pub(super) fn or(parts: &[Part], fields: &[Field]) -> String {
    parts.iter().map(|part| part_expression(part, fields)).collect::<Vec<_>>().join(" OR ")
}

/// The FTS5 expression of rows in which all parts of one of `terms` match.
pub(super) fn any_of(terms: &[Vec<Part>], fields: &[Field]) -> Option<String> {
    let terms: Vec<String> = terms.iter().map(|parts| format!("({})", and(parts, fields))).collect();
    (!terms.is_empty()).then(|| terms.join(" OR "))
}

fn and_not(required: &[Part], excluded: Option<&str>, fields: &[Field]) -> String {
    match excluded {
        Some(excluded) => format!("({}) NOT ({excluded})", and(required, fields)),
        None => and(required, fields),
    }
}

/// The FTS5 expression of one part.
pub fn part_expression(part: &Part, fields: &[Field]) -> String {
    let field = fields.iter().find(|field| field.name == part.field).unwrap_or(&fields[0]);
    let text = &part.texts[0];
    let (tokens, prefix, with_words) = match part.kind {
        PartKind::Words => (part.texts.join(" "), part.prefix, true),
        PartKind::Unspaced => {
            let tokens = gram_tokens(text);
            let single = tokens.len() == 1;
            (tokens[..if single { 1 } else { tokens.len() - 1 }].join(" "), single, false)
        }
        PartKind::Affixed => (format!("{text} {}", symbol_tokens(&part.texts[1]).join(" ")), false, false),
        PartKind::Symbols => (symbol_tokens(text).join(" "), false, false),
    };
    let columns: Vec<&str> = field.words.iter().filter(|_| with_words).chain(field.grams).copied().collect();
    format!("{{{}}} : \"{tokens}\"{}", columns.join(" "), if prefix { " *" } else { "" })
}
