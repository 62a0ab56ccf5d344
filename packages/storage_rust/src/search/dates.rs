//! The terms `before:` and `after:` of a query.

use super::query::{Field, terms};

/// A term with a date as it was typed, which is not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateTerm {
    pub name: &'static str,
    /// The date is the beginning of what matches, not the end.
    pub is_start: bool,
    pub value: String,
}

/// The query without its dates, and these. In quotes they are text.
pub fn split_dates(text: &str, fields: &'static [Field]) -> (String, Vec<DateTerm>) {
    let mut dates = Vec::new();
    let mut rest = Vec::new();
    for term in terms(text, fields) {
        let named = term.text.split_once(':').filter(|_| !term.quoted && term.field.name.is_empty());
        let date = named.and_then(|(name, value)| {
            let name = ["before", "after"].into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
            let value = value.trim_matches('"');
            let is_start = (name == "after") != term.negative;
            (!value.is_empty()).then(|| DateTerm { name, is_start, value: value.to_owned() })
        });
        match date {
            Some(date) => dates.push(date),
            None => rest.push(term.typed),
        }
    }
    if dates.is_empty() { (text.to_owned(), dates) } else { (rest.join(" "), dates) }
}

#[cfg(test)]
mod tests {
    use super::{Field, split_dates};

    static FIELDS: [Field; 2] = [
        Field { name: "", words: &["text"], grams: &["grams"] },
        Field { name: "title", words: &["title"], grams: &["title_grams"] },
    ];

    fn split(text: &str) -> (String, Vec<(bool, String)>) {
        let (rest, dates) = split_dates(text, &FIELDS);
        (rest, dates.into_iter().map(|date| (date.is_start, date.value)).collect())
    }

    #[test]
    fn dates_are_taken_out_of_a_query() {
        let dates = vec![(true, "2025".to_owned()), (false, "2025-03".to_owned())];
        assert_eq!(
            split("-a AFTER:2025  \"b c\"* before:2025-03 d:e"),
            ("-a \"b c\"* d:e".to_owned(), dates)
        );
        assert_eq!(split("-before:2025"), (String::new(), vec![(true, "2025".to_owned())]));
    }

    #[test]
    fn quoted_and_empty_dates_are_text() {
        for text in
            ["\"before:2025\"", "title:\"x before:2025\"", "before: 2025", "before", "\"a before:2025"]
        {
            assert_eq!(split(text), (text.to_owned(), vec![]));
        }
    }
}
