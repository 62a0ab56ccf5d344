//! What a person types, as an FTS5 expression. Every string is a query.
//!
//! ```text
//! word            must be there; words are ANDed
//! "a phrase"      these words in this order; a missing closing quote is forgiven
//! -word           must not be there; also -"a phrase" and -field:word
//! prefix*         a word that begins so
//! field:word      only in that field; also field:"a phrase"; an unknown field is just text
//! ```
//!
//! A word that the tokenizer would split (`foo_bar`, `a.b()`) is a phrase of its pieces. Unspaced scripts and symbols
//! are looked up as grams, see `text`. What holds nothing searchable is passed over, unless it is all there is.

use std::collections::HashSet;
use std::hash::Hash;

use crate::text::{Kind, RunKind, compose, gram_tokens, kind, runs, symbol_tokens};

/// FTS5 opens an iterator for each: what a pasted page has beyond these does not narrow the search.
pub const MAX_PARTS: usize = 256;

/// `words` are the FTS columns of the text, `grams` those of its grams; without grams a run counts as a word.
/// The field of a word without one has an empty name.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub words: &'static [&'static str],
    pub grams: &'static [&'static str],
}

/// The smallest thing looked up: a phrase of words, a word with its signs, or a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    pub run: PartKind,
    pub field: &'static str,
    pub texts: Vec<String>,
    pub prefix: bool,
}

impl Part {
    /// Whether the index looks up one word for it.
    pub fn is_word(&self) -> bool {
        match self.run {
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
    /// A word and the signs that end it.
    Affixed,
    Symbols,
}

/// `matching` and `without` are FTS5 expressions, at most one of them set; `nothing` finds nothing at all.
///
/// `parts` are what a match holds, for its highlights. With neither set the query is blank and finds everything.
#[derive(Debug, Default)]
pub struct Query {
    pub matching: Option<String>,
    pub without: Option<String>,
    pub nothing: bool,
    pub parts: Vec<Part>,
    /// The phrases of `matching`, in the order of `parts` and then those that must not be there.
    pub phrases: usize,
    negative: Option<String>,
}

impl Query {
    /// The same query, of rows that also hold the words of `value` in a field, at the end of `parts`.
    pub fn narrowed(&self, value: &str, name: &'static str, fields: &'static [Field]) -> Option<Self> {
        let words = whole_words(value);
        self.matching.as_ref().filter(|_| !words.is_empty())?;
        let mut parts = self.parts.clone();
        parts.push(Part { run: PartKind::Words, field: name, texts: words, prefix: false });
        let matching = Some(both(&parts, self.negative.as_deref(), fields));
        Some(Self { matching, parts, phrases: self.phrases + 1, ..Self::default() })
    }
}

pub fn parse(text: &str, fields: &'static [Field]) -> Query {
    let mut wanted: Vec<Part> = Vec::new();
    let mut unwanted: Vec<Vec<Part>> = Vec::new();
    let mut asked = false;
    for term in terms(text, fields) {
        let parts = parts(&term);
        if !term.negative {
            asked = true;
            wanted.extend(parts);
        } else if !parts.is_empty() {
            unwanted.push(parts);
        }
    }
    let wanted = distinct(wanted);
    let unwanted = distinct(unwanted);
    let phrases = wanted.len() + unwanted.iter().map(Vec::len).sum::<usize>();
    let without =
        unwanted.iter().map(|parts| format!("({})", all(parts, fields))).collect::<Vec<_>>().join(" OR ");
    let without = (!without.is_empty()).then_some(without);
    if wanted.is_empty() {
        return Query { without: without.filter(|_| !asked), nothing: asked, ..Query::default() };
    }
    let matching = Some(both(&wanted, without.as_deref(), fields));
    Query { matching, parts: wanted, phrases, negative: without, ..Query::default() }
}

/// What is being typed, where each word is the beginning of one and nothing has a meaning of its own.
///
/// A scheme and www. are passed over: they stand in nearly every URL.
pub fn as_typed(text: &str, fields: &'static [Field]) -> Query {
    let mut passed_over = false;
    let typed = text.split_whitespace().map(|word| {
        let rest = strip(strip(strip(word, "http://"), "https://"), "www.");
        passed_over |= rest.len() < word.len();
        Term { negative: false, field: &fields[0], text: rest.trim_end_matches('*'), prefix: true }
    });
    let wanted = distinct(typed.flat_map(|term| parts(&term)).collect());
    let nothing = wanted.is_empty() && !text.trim().is_empty() && !passed_over;
    let matching = (!wanted.is_empty()).then(|| all(&wanted, fields));
    Query { matching, nothing, parts: wanted, ..Query::default() }
}

fn strip<'a>(word: &'a str, beginning: &str) -> &'a str {
    match word.get(..beginning.len()) {
        Some(found) if found.eq_ignore_ascii_case(beginning) => &word[beginning.len()..],
        _ => word,
    }
}

fn distinct<T: Clone + Eq + Hash>(items: Vec<T>) -> Vec<T> {
    let mut seen = HashSet::new();
    items.into_iter().filter(|item| seen.insert(item.clone())).take(MAX_PARTS).collect()
}

/// A term that ends in a star asks for a prefix.
struct Term<'a> {
    negative: bool,
    field: &'static Field,
    text: &'a str,
    prefix: bool,
}

fn terms<'a>(text: &'a str, fields: &'static [Field]) -> Vec<Term<'a>> {
    let plain = fields.iter().find(|field| field.name.is_empty()).unwrap_or(&fields[0]);
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let negative = rest
            .strip_prefix('-')
            .is_some_and(|after| after.starts_with(|c: char| !c.is_whitespace() && c != '-'));
        if negative {
            rest = &rest[1..];
        }
        let mut word = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        let mut field = plain;
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
            found.push(Term {
                negative,
                field,
                text: phrase.trim_end_matches('*'),
                prefix: starred.is_some(),
            });
            rest = after.trim_start();
        } else {
            let bare = word.trim_end_matches('*');
            found.push(Term { negative, field, text: bare, prefix: bare.len() < word.len() });
            rest = rest[word.len()..].trim_start();
        }
    }
    found
}

fn parts(term: &Term<'_>) -> Vec<Part> {
    let text = compose(term.text);
    let part = |run, texts, prefix| Part { run, field: term.field.name, texts, prefix };
    if term.field.grams.is_empty() {
        let words = whole_words(&text);
        let prefix = term.prefix && text.chars().next_back().is_some_and(is_wordlike);
        return if words.is_empty() { Vec::new() } else { vec![part(PartKind::Words, words, prefix)] };
    }
    let mut found = Vec::new();
    let mut phrase: Vec<String> = Vec::new();
    let mut phrase_end = 0;
    for run in runs(&text) {
        match (run.kind, phrase.last()) {
            (RunKind::Word, _) => {
                phrase.push(run.text.to_owned());
                phrase_end = run.end;
            }
            (RunKind::Affix, Some(word)) if phrase_end == run.start => {
                found.push(part(PartKind::Affixed, vec![word.clone(), run.text.to_owned()], false));
            }
            (RunKind::Unspaced, _) => {
                close(&mut found, part(PartKind::Words, std::mem::take(&mut phrase), false));
                found.push(part(PartKind::Unspaced, vec![run.text.to_owned()], false));
            }
            (RunKind::Affix | RunKind::Symbols, _) => {
                found.push(part(PartKind::Symbols, vec![run.text.to_owned()], false));
            }
        }
    }
    let prefix = term.prefix && phrase_end == text.len();
    close(&mut found, part(PartKind::Words, phrase, prefix));
    found
}

/// A lone word is looked up together with its signs, if it has any.
fn close(found: &mut Vec<Part>, phrase: Part) {
    let covered = found.last().is_some_and(|last| last.run == PartKind::Affixed);
    let says_more = match phrase.texts.len() {
        0 => false,
        1 => !covered,
        _ => true,
    };
    if says_more {
        found.push(phrase);
    }
}

fn is_wordlike(c: char) -> bool {
    matches!(kind(c), Kind::Word | Kind::Unspaced)
}

fn whole_words(text: &str) -> Vec<String> {
    text.split(|c| !is_wordlike(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// ANDed by standing side by side: FTS5 then passes over a part in which its own tokenizer finds no word.
fn all(parts: &[Part], fields: &[Field]) -> String {
    parts.iter().map(|part| expression(part, fields)).collect::<Vec<_>>().join(" ")
}

fn both(wanted: &[Part], without: Option<&str>, fields: &[Field]) -> String {
    match without {
        Some(without) => format!("({}) NOT ({without})", all(wanted, fields)),
        None => all(wanted, fields),
    }
}

fn expression(part: &Part, fields: &[Field]) -> String {
    let field = fields.iter().find(|field| field.name == part.field).unwrap_or(&fields[0]);
    let text = &part.texts[0];
    let (tokens, prefix, with_words) = match part.run {
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
