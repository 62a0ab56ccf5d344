//! What a web page or an XML document says about an error.

use crate::protocol::unescape::unescape_html;

/// Elements whose text is not shown.
const INVISIBLE: [&str; 3] = ["script", "style", "head"];

/// The title, the element `message` and the visible text, in this order, without those that are empty.
pub fn texts(document: &str) -> Vec<String> {
    let document = without_comments(document);
    let title = element(&document, "title").map(|place| &document[place.content]);
    let message = element(&document, "message").map(|place| &document[place.content]);
    let mut visible = document.clone();
    for name in INVISIBLE.into_iter().chain(["title"]) {
        while let Some(place) = element(&visible, name) {
            visible.replace_range(place.whole, " ");
        }
    }
    let texts = [title, message, Some(&*visible)].into_iter().flatten();
    let texts = texts.map(|text| unescape_html(&without_tags(text)).trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

struct Place {
    whole: std::ops::Range<usize>,
    content: std::ops::Range<usize>,
}

/// The first element with this name, in either case. It may lack its end.
fn element(document: &str, name: &str) -> Option<Place> {
    let lower = document.to_ascii_lowercase();
    let opening = format!("<{name}");
    let is_tag = |at: &usize| {
        let next = lower[at + opening.len()..].chars().next();
        next.is_some_and(|next| next == '>' || next.is_whitespace())
    };
    let start = lower.match_indices(&opening).map(|(at, _)| at).find(is_tag)?;
    let content = start + lower[start..].find('>')? + 1;
    let end = lower[content..].find(&format!("</{name}")).map_or(lower.len(), |at| content + at);
    let whole_end = lower[end..].find('>').map_or(lower.len(), |at| end + at + 1);
    Some(Place { whole: start..whole_end, content: content..end })
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
