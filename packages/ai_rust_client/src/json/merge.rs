//! Merges the deltas of a streamed value.
//!
//! Strings are concatenated, except for those that identify something; lists are appended to, except for items with an
//! index that is there already; objects are merged field by field. A number or boolean replaces the last one, and null
//! changes nothing.

use crate::json::tree::{Fields, Json};

/// Fields that providers repeat in each delta: the first value that is not empty counts.
const IDENTITY: [&str; 9] = ["role", "id", "type", "name", "index", "format", "object", "url", "mime_type"];

/// Merge the delta of the field `name`.
pub fn merge_field(fields: &mut Fields, name: String, delta: Json) {
    if delta == Json::Null {
        return;
    }
    match fields.iter_mut().find(|(other, _)| *other == name) {
        Some((_, value)) => merge(value, delta, &name),
        None => fields.push((name, delta)),
    }
}

/// Merge the items of a list.
pub fn merge_items(items: &mut Vec<Json>, deltas: Vec<Json>) {
    for delta in deltas {
        let index = delta.get("index").and_then(index);
        match items
            .iter_mut()
            .rfind(|item| index.is_some() && item.get("index").and_then(self::index) == index)
        {
            Some(item) => merge(item, delta, ""),
            None => items.push(delta),
        }
    }
}

fn merge(value: &mut Json, delta: Json, name: &str) {
    if delta == Json::Null {
        return;
    }
    if IDENTITY.contains(&name) {
        let is_vacant = matches!(value, Json::Null) || matches!(value, Json::String(text) if text.is_empty());
        if is_vacant {
            *value = delta;
        }
        return;
    }
    match (value, delta) {
        (Json::String(text), Json::String(piece)) => text.append(piece),
        (Json::Array(items), Json::Array(deltas)) => merge_items(items, deltas),
        (Json::Object(fields), Json::Object(deltas)) => {
            for (name, delta) in deltas {
                merge_field(fields, name, delta);
            }
        }
        (value, delta) => *value = delta,
    }
}

fn index(json: &Json) -> Option<i64> {
    if let Json::Number(text) = json { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(deltas: &[&str]) -> String {
        let mut fields = Fields::new();
        for delta in deltas {
            merge_field(&mut fields, "x".to_owned(), Json::parse(delta).unwrap());
        }
        fields.pop().map_or(Json::Null, |(_, value)| value).to_string()
    }

    #[test]
    fn each_type_is_merged_in_its_way() {
        for (deltas, expected) in [
            (&[r#""a""#, "null", r#""b""#][..], r#""ab""#),
            (&["1", "2"], "2"),
            (&["true", "false"], "false"),
            (&["null"], "null"),
            (&["[1]", "[2]"], "[1,2]"),
            (&[r#"{"a":"x","id":"1"}"#, r#"{"a":"y","id":"2","b":1}"#], r#"{"a":"xy","id":"1","b":1}"#),
            (&[r#"{"id":""}"#, r#"{"id":"1"}"#], r#"{"id":"1"}"#),
            (
                &[r#"[{"index":0,"t":"a"}]"#, r#"[{"index":1,"t":"b"},{"index":0,"t":"c"}]"#],
                r#"[{"index":0,"t":"ac"},{"index":1,"t":"b"}]"#,
            ),
            (&[r#""a""#, r#"{"b":1}"#], r#"{"b":1}"#),
            (&[r#"{"a":"\ud83d"}"#, r#"{"a":"\ude00"}"#], r#"{"a":"😀"}"#),
        ] {
            assert_eq!(merged(deltas), expected, "{deltas:?}");
        }
    }
}
