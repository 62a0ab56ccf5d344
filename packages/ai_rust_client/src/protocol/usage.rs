//! The numbers of tokens of an answer, as providers report them.

use crate::answer::Usage;
use crate::json::tree::{Json, get};

/// `ignored` gets the names of fields that are not numbers.
pub fn read_usage(fields: &[(String, Json)], ignored: &mut Vec<&'static str>) -> Usage {
    let prompt_details = usage_details(fields, "prompt_tokens_details", ignored);
    let completion_details = usage_details(fields, "completion_tokens_details", ignored);
    let mut number = |fields, name| usage_number(fields, name, ignored);
    let mut count = |fields, name| number(fields, name).and_then(Json::as_count).unwrap_or(0);
    let (prompt, completion) = (count(fields, "prompt_tokens"), count(fields, "completion_tokens"));
    let total = count(fields, "total_tokens");
    let cached = count(prompt_details, "cached_tokens").max(count(fields, "prompt_cache_hit_tokens"));
    Usage {
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: if total > 0 { total } else { prompt.saturating_add(completion) },
        cached_tokens: cached,
        reasoning_tokens: count(completion_details, "reasoning_tokens"),
        cost: number(fields, "cost").and_then(Json::as_amount),
    }
}

fn usage_details<'a>(
    fields: &'a [(String, Json)],
    name: &'static str,
    ignored: &mut Vec<&'static str>,
) -> &'a [(String, Json)] {
    match get(fields, name) {
        Some(Json::Object(details)) => return details,
        Some(Json::Null) | None => {}
        Some(_) => ignored.push(name),
    }
    &[]
}

fn usage_number<'a>(
    fields: &'a [(String, Json)],
    name: &'static str,
    ignored: &mut Vec<&'static str>,
) -> Option<&'a Json> {
    let value = get(fields, name).filter(|value| **value != Json::Null)?;
    if value.as_amount().is_none() {
        ignored.push(name);
        return None;
    }
    Some(value)
}
