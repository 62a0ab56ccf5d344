//! What a web page or an XML document says about an error.

use std::ops::Range;

use crate::protocol::unescape::unescape_html;

/// Elements whose text is not shown.
const INVISIBLE: [&str; 4] = ["script", "style", "head", "title"];

/// The title, the element `message` and the visible text, in this order, without those that are empty.
pub fn texts(document: &str) -> Vec<String> {
    let document = without_comments(document);
    let first = |name: &str| elements(&document, name).next().map(|element| &document[element.content]);
    let (title, message) = (first("title"), first("message"));
    let visible = INVISIBLE.iter().fold(document.clone(), |document, name| without_elements(&document, name));
    let texts = [title, message, Some(&*visible)].into_iter().flatten();
    let texts = texts.map(|text| unescape_html(&without_tags(text)).trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

struct Element {
    whole: Range<usize>,
    content: Range<usize>,
}

/// The elements with this name, in either case. The last one may lack its end.
fn elements(document: &str, name: &str) -> impl Iterator<Item = Element> {
    let lower = document.to_ascii_lowercase();
    let (opening, closing) = (format!("<{name}"), format!("</{name}"));
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + lower[at..].find(&opening)?;
            at = start + opening.len();
            // Not another element whose name begins with this one.
            if lower[at..].starts_with(|next: char| next == '>' || next.is_whitespace()) {
                let content = at + lower[at..].find('>')? + 1;
                let end = lower[content..].find(&closing).map_or(lower.len(), |end| content + end);
                at = lower[end..].find('>').map_or(lower.len(), |tag| end + tag + 1);
                return Some(Element { whole: start..at, content: content..end });
            }
        }
    })
}

fn without_elements(document: &str, name: &str) -> String {
    let mut rest = String::with_capacity(document.len());
    let mut at = 0;
    for element in elements(document, name) {
        rest.push_str(&document[at..element.whole.start]);
        rest.push(' ');
        at = element.whole.end;
    }
    rest + &document[at..]
}

fn without_comments(document: &str) -> String {
    let mut parts = document.split("<!--");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.filter_map(|part| part.split_once("-->")).fold(first, |text, (_, after)| text + after)
}

fn without_tags(document: &str) -> String {
    let mut parts = document.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.filter_map(|part| part.split_once('>')).fold(first, |text, (_, after)| text + " " + after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_comes_first_and_the_text_last() {
        let page = "<html><HEAD><title lang=en>A &amp; B</TITLE><style>p {}</style></HEAD><!-- <p>no</p> -->\
                    <body><script>if (a < b) {}</script><h1>C</h1>d</body></html>";
        assert_eq!(texts(page), ["A & B", "C d"]);
    }

    #[test]
    fn a_document_that_was_cut_is_read_as_far_as_it_goes() {
        assert_eq!(texts("<html><title>502 Bad Gat"), ["502 Bad Gat"]);
        assert_eq!(texts("<html><p>out of <b"), ["out of"]);
        assert_eq!(texts("<"), Vec::<String>::new());
    }
}
