//! The imports between the crate's files: no circles, and none from a lower folder to a higher one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// From low to high. A file in the top folder is a floor of its own, except for the calls, which share one.
const FLOORS: [&str; 11] =
    ["text", "json", "tool_calls", "choice", "answer", "error", "runtime", "protocol", "http", "calls", "py"];
const CALLS: [&str; 9] = [
    "chat",
    "embeddings",
    "endpoint",
    "event_stream",
    "models",
    "raw_events",
    "response_reader",
    "stream",
    "stream_buffer",
];

type Imports = BTreeMap<String, Vec<String>>;

/// The path of each module with the crate's modules that it imports.
fn imports() -> Imports {
    let mut files = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), "", &mut files);
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    files
        .iter()
        .map(|(name, source)| {
            (name.clone(), names.iter().filter(|other| uses(source, other)).cloned().collect())
        })
        .collect()
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_stem().unwrap().to_str().unwrap());
        if path.is_dir() {
            collect(&path, &format!("{name}::"), files);
        } else if !matches!(path.file_name().unwrap().to_str().unwrap(), "lib.rs" | "mod.rs") {
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Whether `source` contains the path of the module `name`, in a `use` line or elsewhere.
fn uses(source: &str, name: &str) -> bool {
    let path = format!("crate::{name}");
    source.match_indices(&path).any(|(at, _)| {
        let next = source[at + path.len()..].chars().next();
        !next.is_some_and(|character| character.is_alphanumeric() || character == '_')
    })
}

fn floor(module: &str) -> usize {
    let folder = module.split("::").next().unwrap();
    let floor = if CALLS.contains(&folder) { "calls" } else { folder };
    FLOORS.iter().position(|known| *known == floor).unwrap_or_else(|| panic!("{module} has no floor"))
}

/// The modules of a circle that contains the last of `path`, if there is one.
fn circle(imports: &Imports, path: &mut Vec<String>, done: &mut Vec<String>) -> Option<Vec<String>> {
    let module = path.last().unwrap().clone();
    for next in &imports[&module] {
        if path.contains(next) {
            path.push(next.clone());
            return Some(path.clone());
        }
        if !done.contains(next) {
            path.push(next.clone());
            if let Some(found) = circle(imports, path, done) {
                return Some(found);
            }
        }
    }
    done.push(module);
    path.pop();
    None
}

#[test]
fn no_module_imports_itself_through_others() {
    let imports = imports();
    let mut done = Vec::new();
    for module in imports.keys() {
        assert_eq!(circle(&imports, &mut vec![module.clone()], &mut done), None);
    }
}

#[test]
fn no_module_imports_from_a_higher_floor() {
    let imports = imports();
    assert!(imports.len() > 30, "only {} modules were found", imports.len());
    for (module, imported) in &imports {
        for other in imported {
            assert!(floor(other) <= floor(module), "{module} imports {other}, which is above it");
        }
    }
}

#[test]
fn imports_are_written_as_full_paths() {
    // Otherwise the tests above would miss them. `super::*` of unit tests stays within its file.
    for (module, source) in {
        let mut files = Vec::new();
        collect(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), "", &mut files);
        files
    } {
        for line in source.lines().map(str::trim) {
            assert!(!line.starts_with("use crate::{"), "{module}: {line}");
            assert!(!line.starts_with("use super::") || line == "use super::*;", "{module}: {line}");
        }
    }
}
