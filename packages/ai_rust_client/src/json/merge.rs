//! Merges the deltas of a streamed value.
//!
//! Strings are concatenated, except for those that identify something; lists are appended to, except for items with an
//! index that is there already; objects are merged field by field. A number or boolean replaces the last one, and null
//! changes nothing.

use std::collections::HashMap;

use crate::json::tree::{Fields, Json};

/// Fields that providers repeat in each delta: the first value that is not empty counts.
const IDENTITY: [&str; 9] = ["role", "id", "type", "name", "index", "format", "object", "url", "mime_type"];

/// From this number of deltas on, what they continue is looked up in a map: searching for each of them would take
/// quadratic time.
const MANY: usize = 16;

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

/// Merge the fields of an object.
pub fn merge_fields(fields: &mut Fields, deltas: Fields) {
    if deltas.len() < MANY {
        for (name, delta) in deltas {
            merge_field(fields, name, delta);
        }
        return;
    }
    let mut places: HashMap<String, usize> =
        fields.iter().enumerate().map(|(place, (name, _))| (name.clone(), place)).collect();
    for (name, delta) in deltas {
        match places.get(&name) {
            _ if delta == Json::Null => {}
            Some(place) => merge(&mut fields[*place].1, delta, &name),
            None => {
                places.insert(name.clone(), fields.len());
                fields.push((name, delta));
            }
        }
    }
}

/// Merge the items of a list.
pub fn merge_items(items: &mut Vec<Json>, deltas: Vec<Json>) {
    // The last place of each index, once it is needed.
    let mut places: Option<HashMap<i64, usize>> = None;
    let has_many = deltas.len() >= MANY;
    for delta in deltas {
        let Some(index) = index_of(&delta) else {
            items.push(delta);
            continue;
        };
        let place = if has_many {
            let places = places.get_or_insert_with(|| places_by_index(items));
            let place = places.get(&index).copied();
            places.entry(index).or_insert(items.len());
            place
        } else {
            items.iter().rposition(|item| index_of(item) == Some(index))
        };
        match place {
            Some(place) => merge(&mut items[place], delta, ""),
            None => items.push(delta),
        }
    }
}

fn places_by_index(items: &[Json]) -> HashMap<i64, usize> {
    items.iter().enumerate().filter_map(|(place, item)| Some((index_of(item)?, place))).collect()
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
        (Json::Object(fields), Json::Object(deltas)) => merge_fields(fields, deltas),
        (value, delta) => *value = delta,
    }
}

fn index_of(item: &Json) -> Option<i64> {
    if let Some(Json::Number(text)) = item.get("index") { text.parse().ok() } else { None }
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

    #[test]
    fn many_deltas_at_once_are_merged_like_one_after_the_other() {
        let fields = |names: &[usize]| {
            let fields: Vec<_> = names.iter().map(|name| format!(r#""f{name}":"{name}-""#)).collect();
            format!("{{{}}}", fields.join(","))
        };
        let items = |names: &[usize]| {
            let items: Vec<_> = names.iter().map(|name| format!(r#"{{"index":{name},"t":"x"}}"#)).collect();
            format!("[{}]", items.join(","))
        };
        // A name that is repeated in one object counts once, but an index may be repeated in one list.
        let names: Vec<usize> = (0..23).map(|number| number * 7 % 23).collect();
        let indexes: Vec<usize> = (0..60).map(|number| number * 7 % 23).collect();
        for (json, numbers) in [(&fields as &dyn Fn(&[usize]) -> String, names), (&items, indexes)] {
            let at_once = [json(&numbers[..8]), json(&numbers)];
            let one_by_one = [&numbers[..8]].into_iter().chain(numbers.chunks(1)).map(json);
            let merged = |deltas: &[String]| merged(&deltas.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(merged(&at_once), merged(&one_by_one.collect::<Vec<_>>()));
        }
    }

    #[test]
    fn many_deltas_take_linear_time() {
        let items = |count: usize| {
            let items: Vec<_> =
                (0..count).map(|index| format!(r#"{{"index":{index},"f{index}":1}}"#)).collect();
            format!("[{}]", items.join(","))
        };
        let object = |count: usize| {
            let fields: Vec<_> = (0..count).map(|index| format!(r#""f{index}":1"#)).collect();
            format!("{{{}}}", fields.join(","))
        };
        for json in [items(200_000), object(200_000)] {
            let start = std::time::Instant::now();
            merged(&[&json, &json]);
            assert!(start.elapsed().as_secs() < 20);
        }
    }
}
