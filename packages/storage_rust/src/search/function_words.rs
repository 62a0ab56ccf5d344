//! Which parts of a query say what it is about: function words, as in "what is the …?", say nothing.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::characters::FILLER;
use super::comparison::comparable;
use super::query::{Part, PartKind};

static FUNCTION_WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let lines = include_str!("../../words/function_words.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).map(folded).collect()
});

/// Whether a part is about something, as far as its characters tell. Frequencies tell the rest.
pub fn is_informative(part: &Part) -> bool {
    match part.kind {
        _ if part.prefix => true,
        PartKind::Words => !part.texts.iter().all(|text| FUNCTION_WORDS.contains(&folded(text))),
        PartKind::Unspaced => {
            let text = &part.texts[0];
            !text.chars().any(is_grammatical) && !ends_in_particle(text) && !FUNCTION_WORDS.contains(text)
        }
        PartKind::Affixed | PartKind::Symbols => true,
    }
}

fn folded(text: &str) -> String {
    comparable(text).into_iter().filter(|&c| c != FILLER).collect()
}

/// Hiragana, which is mostly grammar, and the Chinese characters of particles and questions.
fn is_grammatical(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}') || "的了吗嗎呢么麼什哪谁誰怎吧们們是这這那您何".contains(c)
}

fn ends_in_particle(text: &str) -> bool {
    text.ends_with(['은', '는', '을', '를', '의', '에', '요', '까'])
}

#[cfg(test)]
mod tests {
    use super::super::query::{Part, PartKind};
    use super::is_informative;

    fn part(kind: PartKind, text: &str) -> Part {
        Part { kind, field: "", texts: vec![text.to_owned()], prefix: false }
    }

    #[test]
    fn question_words_of_many_languages_are_not_informative() {
        for word in ["What", "Où", "für", "какая", "qué", "ποιος"] {
            assert!(!is_informative(&part(PartKind::Words, word)), "{word}");
        }
        for pair in ["的首", "哪里", "ですの", "どこ", "수도는", "무엇"] {
            assert!(!is_informative(&part(PartKind::Unspaced, pair)), "{pair}");
        }
        assert!(is_informative(&part(PartKind::Unspaced, "首都")));
        assert!(is_informative(&part(PartKind::Words, "Peru")));
    }
}
