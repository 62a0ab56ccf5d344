//! The images of a message, in the forms that providers use.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::json::tree::Json;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    pub mime_type: Option<String>,
    pub data: Option<Vec<u8>>,
    /// Where the image is. `None` if `data` has it.
    pub url: Option<String>,
}

/// The images in the field `images`, and in content that is a list of parts.
pub fn images(message: &Json) -> Vec<Image> {
    let items = |name: &str| message.get(name).map_or(&[][..], Json::items);
    items("images")
        .iter()
        .chain(items("content").iter().filter(|part| !part_is_text(part)))
        .filter_map(image)
        .collect()
}

const MIME_TYPE: [&str; 3] = ["mime_type", "mimeType", "media_type"];

fn part_is_text(part: &Json) -> bool {
    part.get("type").and_then(Json::as_text).is_none_or(|kind| !kind.contains("image"))
        && !["image_url", "b64_json", "inline_data", "inlineData"].iter().any(|name| part.get(name).is_some())
}

fn image(json: &Json) -> Option<Image> {
    if let Some(text) = json.as_text() {
        return Some(from_text(text, None));
    }
    let text = |json: &Json, names: &[&str]| {
        names.iter().find_map(|name| json.get(name).and_then(Json::as_text)).map(str::to_owned)
    };
    let holders = ["image_url", "inline_data", "inlineData", "source", "image"];
    for holder in std::iter::once(json).chain(holders.iter().filter_map(|name| json.get(name))) {
        let mime_type = text(holder, &MIME_TYPE).or_else(|| text(json, &MIME_TYPE));
        if let Some(url) = text(holder, &["url", "image_url"]).or_else(|| holder.as_text().map(str::to_owned))
        {
            return Some(from_text(&url, mime_type));
        }
        if let Some(base64) = text(holder, &["b64_json", "data", "result"]) {
            return Some(from_base64(&base64, mime_type));
        }
    }
    None
}

/// A URL, or base64 without one.
fn from_text(text: &str, mime_type: Option<String>) -> Image {
    match text.strip_prefix("data:") {
        Some(rest) => from_data_url(text, rest, mime_type),
        None if text.contains(':') => Image { mime_type, data: None, url: Some(text.to_owned()) },
        None => from_base64(text, mime_type),
    }
}

/// A data URL (RFC 2397).
fn from_data_url(url: &str, rest: &str, mime_type: Option<String>) -> Image {
    let (head, data) = rest.split_once(',').unwrap_or((rest, ""));
    let (kind, is_base64) = head.strip_suffix(";base64").map_or((head, false), |kind| (kind, true));
    let kind = kind.split(';').next().filter(|kind| !kind.is_empty()).map(str::to_owned);
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(data).collect();
    let data = if is_base64 { decode(&bytes) } else { Some(bytes).filter(|_| rest.contains(',')) };
    let url = data.is_none().then(|| url.to_owned());
    Image { mime_type: kind.or(mime_type), data, url }
}

fn from_base64(text: &str, mime_type: Option<String>) -> Image {
    match decode(text.as_bytes()) {
        Some(data) => Image { mime_type, data: Some(data), url: None },
        None => Image { mime_type, data: None, url: Some(text.to_owned()) },
    }
}

fn decode(base64: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = base64.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(&digits).ok().filter(|data| !data.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = (Option<String>, Option<Vec<u8>>, Option<String>);

    fn found(message: &str) -> Vec<Found> {
        images(&Json::parse(message).unwrap()).into_iter().map(|i| (i.mime_type, i.data, i.url)).collect()
    }

    #[test]
    fn every_form_is_read() {
        let png = Some("image/png".to_owned());
        let data = Some(b"hi".to_vec());
        for message in [
            r#"{"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]}"#,
            r#"{"images":["data:image/png;base64,aGk="]}"#,
            r#"{"content":[{"type":"text","text":"x"},{"type":"image_url","image_url":"data:image/png;base64,aGk="}]}"#,
            r#"{"content":[{"type":"image","b64_json":"aGk=","mime_type":"image/png"}]}"#,
            r#"{"content":[{"inline_data":{"mime_type":"image/png","data":"aGk="}}]}"#,
            r#"{"content":[{"inlineData":{"mimeType":"image/png","data":"aGk="}}]}"#,
            r#"{"content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}]}"#,
        ] {
            assert_eq!(found(message), [(png.clone(), data.clone(), None)], "{message}");
        }
    }

    #[test]
    fn urls_and_data_that_cannot_be_decoded_are_kept() {
        let url = |url: &str, kind: Option<&str>| [(kind.map(str::to_owned), None, Some(url.to_owned()))];
        assert_eq!(
            found(r#"{"images":[{"image_url":{"url":"https://e.x/a.png"}}]}"#),
            url("https://e.x/a.png", None)
        );
        let broken = "data:image/png;base64,%%%";
        assert_eq!(found(&format!(r#"{{"images":["{broken}"]}}"#)), url(broken, Some("image/png")));
        let svg = found(r#"{"images":["data:image/svg+xml,%3Csvg/%3E"]}"#);
        assert_eq!(svg, [(Some("image/svg+xml".to_owned()), Some(b"<svg/>".to_vec()), None)]);
    }

    #[test]
    fn parts_that_are_no_images_are_skipped() {
        assert_eq!(
            found(
                r#"{"content":[{"type":"text","text":"x"},{"type":"reference","url":"https://e.x"},7,"y"],"images":[{},null,7]}"#
            ),
            []
        );
    }
}
