//! The tool calls of a message, assembled from their deltas.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::de::IgnoredAny;

use crate::json::merge::merge_fields;
use crate::json::text::Text;
use crate::json::tree::{Fields, Json};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// JSON text as the model wrote it; it may be malformed.
    pub arguments: String,
}

/// A piece of a tool call, or a whole one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ToolCallDelta {
    pub index: Option<u64>,
    pub id: String,
    pub name: String,
    pub arguments: Text<'static>,
    /// Everything else, and the type.
    pub fields: Fields,
    /// Everything else in `function`.
    pub function_fields: Fields,
}

/// The tool calls that have started.
///
/// Which call a delta continues is looked up: searching all calls for each delta would take quadratic time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ToolCalls {
    /// In the order in which they started.
    calls: Vec<PartialCall>,
    /// The place of the last call with an index.
    by_index: BTreeMap<u64, usize>,
    /// The place of the last call with an id, of those with an index.
    by_id: HashMap<String, BTreeMap<u64, usize>>,
}

/// A tool call of which further pieces may arrive.
#[derive(Debug, Clone, PartialEq, Default)]
struct PartialCall {
    index: u64,
    id: String,
    name: String,
    arguments: Text<'static>,
    fields: Fields,
    function_fields: Fields,
}

impl ToolCalls {
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub fn to_vec(&self) -> Vec<ToolCall> {
        self.sorted().map(|(call, id)| call.to_call(id)).collect()
    }

    /// The `tool_calls` of the message.
    pub fn to_json(&self) -> Json {
        Json::Array(self.sorted().map(|(call, id)| call.to_json(id)).collect())
    }

    /// The calls in the order of their indexes, with their ids. Some servers send none, but a result must name its call.
    fn sorted(&self) -> impl Iterator<Item = (&PartialCall, String)> {
        let mut calls: Vec<&PartialCall> = self.calls.iter().collect();
        calls.sort_by_key(|call| call.index);
        let ids: HashSet<&str> = calls.iter().map(|call| &*call.id).collect();
        let mut numbers = 0..;
        calls.into_iter().map(move |call| {
            let mut free = numbers
                .by_ref()
                .map(|number: u64| format!("call_{number}"))
                .filter(|id| !ids.contains(&**id));
            let made_up = if call.id.is_empty() { free.next() } else { None };
            (call, made_up.unwrap_or_else(|| call.id.clone()))
        })
    }

    pub fn push(&mut self, delta: ToolCallDelta) {
        let place = self.place(&delta).unwrap_or_else(|| self.begin(delta.index));
        let call = &mut self.calls[place];
        let had_id = !call.id.is_empty();
        call.push(delta);
        if !had_id && !call.id.is_empty() {
            let places = self.by_id.entry(call.id.clone()).or_default();
            let last = places.entry(call.index).or_insert(place);
            *last = place.max(*last);
        }
    }

    /// Add a call, and return its place.
    fn begin(&mut self, index: Option<u64>) -> usize {
        let next = || self.by_index.last_key_value().map_or(0, |(last, _)| last.saturating_add(1));
        let index = index.unwrap_or_else(next);
        let place = self.calls.len();
        self.calls.push(PartialCall { index, ..PartialCall::default() });
        self.by_index.insert(index, place);
        place
    }

    /// The place of the call that `delta` continues.
    fn place(&self, delta: &ToolCallDelta) -> Option<usize> {
        let place = |places: &BTreeMap<u64, usize>| match delta.index {
            Some(index) => places.get(&index).copied(),
            None => places.last_key_value().map(|(_, place)| *place),
        };
        let with_id = self.by_id.get(&delta.id).and_then(place);
        with_id.or_else(|| place(&self.by_index).filter(|last| self.calls[*last].is_continued_by(delta)))
    }
}

impl PartialCall {
    /// Whether `delta`, which has the same index or none, belongs to this call. Some servers give every call the same
    /// index, others every delta another id.
    fn is_continued_by(&self, delta: &ToolCallDelta) -> bool {
        if delta.name.is_empty() {
            return true;
        }
        if !delta.id.is_empty() && !self.id.is_empty() {
            return !self.arguments.is_empty() && !self.is_complete();
        }
        // Without ids, a name after complete arguments begins another call, and so does, without an index, another name.
        let is_repeated = delta.name == self.name;
        if self.name.is_empty() {
            true
        } else if self.is_complete() {
            is_repeated && delta.arguments.is_empty()
        } else {
            is_repeated || delta.index.is_some() || !self.arguments.is_empty()
        }
    }

    fn is_complete(&self) -> bool {
        let text = self.arguments.inner.trim_ascii();
        // Most incomplete arguments need not be parsed for every delta.
        let may_be = !text.starts_with('{') || text.ends_with('}');
        may_be && serde_json::from_str::<IgnoredAny>(text).is_ok()
    }

    fn push(&mut self, delta: ToolCallDelta) {
        if self.id.is_empty() {
            self.id = delta.id;
        }
        // A name may come in pieces before the arguments; later it is only repeated.
        if self.arguments.is_empty() && self.name != delta.name {
            self.name.push_str(&delta.name);
        }
        self.arguments.append(delta.arguments);
        merge_fields(&mut self.fields, delta.fields);
        merge_fields(&mut self.function_fields, delta.function_fields);
    }

    fn to_call(&self, id: String) -> ToolCall {
        let arguments = self.arguments.clone().complete().into_owned();
        ToolCall { id, name: self.name.clone(), arguments }
    }

    fn to_json(&self, id: String) -> Json {
        let ToolCall { id, name, arguments } = self.to_call(id);
        let mut fields = vec![("id".to_owned(), Json::text(id)), ("type".to_owned(), Json::text("function"))];
        for (name, value) in self.fields.clone() {
            match (name.as_str(), value.as_text()) {
                ("type", None) => {}
                ("type", Some(_)) => fields[1].1 = value,
                _ => fields.push((name, value)),
            }
        }
        let mut function =
            vec![("name".to_owned(), Json::text(name)), ("arguments".to_owned(), Json::text(arguments))];
        function.extend(self.function_fields.clone());
        // A call of another type has no function.
        if fields[1].1.as_text() == Some("function") || !self.name.is_empty() {
            fields.insert(2, ("function".to_owned(), Json::Object(function)));
        }
        Json::Object(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(index: Option<u64>, id: &str, name: &str, arguments: &str) -> ToolCallDelta {
        let arguments = Text::from(arguments.to_owned());
        ToolCallDelta { index, id: id.into(), name: name.into(), arguments, ..ToolCallDelta::default() }
    }

    fn calls(deltas: impl IntoIterator<Item = ToolCallDelta>) -> Vec<(String, String, String)> {
        let mut calls = ToolCalls::default();
        deltas.into_iter().for_each(|delta| calls.push(delta));
        calls.to_vec().into_iter().map(|call| (call.id, call.name, call.arguments)).collect()
    }

    fn expected(calls: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
        calls
            .iter()
            .map(|(id, name, arguments)| ((*id).into(), (*name).into(), (*arguments).into()))
            .collect()
    }

    #[test]
    fn the_same_index_continues_a_call_whatever_its_id() {
        for (second, third) in [("", ""), ("a", "a"), ("b", "c")] {
            let deltas = [
                delta(Some(0), "a", "f", ""),
                delta(Some(0), second, "", r#"{"x""#),
                delta(Some(0), third, "f", ":1}"),
            ];
            assert_eq!(calls(deltas), expected(&[("a", "f", r#"{"x":1}"#)]), "{second} {third}");
        }
    }

    #[test]
    fn another_id_with_a_name_begins_a_call_unless_the_arguments_are_incomplete() {
        for index in [None, Some(0)] {
            let deltas = [
                delta(index, "a", "f", "{}"),
                delta(index, "b", "g", r#"{"y""#),
                delta(index, "c", "g", ":2}"),
            ];
            assert_eq!(calls(deltas), expected(&[("a", "f", "{}"), ("b", "g", r#"{"y":2}"#)]));
            let deltas = [delta(index, "a", "f", ""), delta(index, "b", "g", "{}")];
            assert_eq!(calls(deltas), expected(&[("a", "f", ""), ("b", "g", "{}")]));
        }
    }

    #[test]
    fn many_calls_take_linear_time() {
        let start = std::time::Instant::now();
        for index in [|number| Some(number), |number| Some(u64::MAX - number), |_| Some(0), |_| None] {
            let deltas = (0..200_000).map(|number| delta(index(number), &format!("c{number}"), "f", "{}"));
            assert_eq!(calls(deltas).len(), 200_000);
        }
        assert!(start.elapsed().as_secs() < 20);
    }

    #[test]
    fn calls_without_index_and_id_are_distinguished_by_their_names() {
        let deltas =
            [delta(None, "", "f", r#"{"x""#), delta(None, "", "", ":1}"), delta(None, "", "f", "{}")];
        assert_eq!(calls(deltas), expected(&[("call_0", "f", r#"{"x":1}"#), ("call_1", "f", "{}")]));
    }
}
