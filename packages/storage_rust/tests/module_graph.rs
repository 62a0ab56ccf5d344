//! The files of the crate import each other in one direction: no circle between files, and folders import only from those
//! below them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// From bottom to top.
const LAYERS: [&[&str]; 6] = [&["error", "sql"], &["search"], &["db"], &["salvage"], &["stores"], &["py"]];

/// The path of a module and the modules that it imports.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            source_files(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// `src/db/pool.rs` is `db::pool`, `src/db/mod.rs` is `db`.
fn module_of(file: &Path, root: &Path) -> String {
    let relative = file.strip_prefix(root).expect("a file of the crate").with_extension("");
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("::").trim_end_matches("::mod").to_owned()
}

/// The code without comments and without the unit tests at its end.
fn code_of(file: &Path) -> String {
    let source = fs::read_to_string(file).expect("a source file");
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Every path that starts at `text`: `a::{b, c::{d, e}}` gives `a::b`, `a::c::d` and `a::c::e`.
fn expand(text: &str) -> (Vec<String>, &str) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let (prefix, mut rest) = (&text[..end], &text[end..]);
    if !(prefix.ends_with("::") && rest.starts_with('{')) {
        return (vec![prefix.to_owned()], rest);
    }
    let mut paths = Vec::new();
    while !rest.starts_with('}') {
        let (inner, after) = expand(rest[1..].trim_start());
        paths.extend(inner.into_iter().map(|path| format!("{prefix}{path}")));
        rest = after.trim_start();
        if rest.starts_with(',') && rest[1..].trim_start().starts_with('}') {
            rest = rest[1..].trim_start();
        }
    }
    (paths, &rest[1..])
}

fn imports(code: &str, module: &str, is_folder: bool, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for keyword in ["crate::", "super::"] {
        for (at, _) in code.match_indices(keyword) {
            for path in expand(&code[at..]).0 {
                let mut parts: Vec<&str> = module.split("::").collect();
                let mut path = path.as_str();
                if let Some(rest) = path.strip_prefix("crate::") {
                    (parts, path) = (Vec::new(), rest);
                } else if is_folder {
                    parts.push("mod");
                }
                while let Some(rest) = path.strip_prefix("super::") {
                    parts.pop();
                    path = rest;
                }
                parts.extend(path.split("::"));
                let prefixes = (1..=parts.len()).rev().map(|length| parts[..length].join("::"));
                found.extend(prefixes.into_iter().find(|prefix| modules.contains(prefix)));
            }
        }
    }
    found.remove(module);
    found
}

fn graph() -> Graph {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&root, &mut files);
    files.retain(|file| !file.ends_with("src/lib.rs"));
    let modules: BTreeSet<String> = files.iter().map(|file| module_of(file, &root)).collect();
    let node = |file: &PathBuf| {
        let module = module_of(file, &root);
        let imported = imports(&code_of(file), &module, file.ends_with("mod.rs"), &modules);
        (module, imported)
    };
    files.iter().map(node).collect()
}

fn layer(module: &str) -> usize {
    let folder = module.split("::").next().unwrap_or_default();
    LAYERS.iter().position(|layer| layer.contains(&folder)).unwrap_or_else(|| panic!("no layer for {module}"))
}

fn find_circle(graph: &Graph, module: &str, path: &mut Vec<String>, done: &mut BTreeSet<String>) {
    assert!(!path.iter().any(|earlier| earlier == module), "a circle: {path:?} -> {module}");
    if done.contains(module) {
        return;
    }
    path.push(module.to_owned());
    for imported in &graph[module] {
        find_circle(graph, imported, path, done);
    }
    path.pop();
    done.insert(module.to_owned());
}

#[test]
fn files_form_no_circle() {
    let graph = graph();
    assert!(graph["stores::conversations::relevance"].contains("search::ranking"), "{graph:#?}");
    let mut done = BTreeSet::new();
    for module in graph.keys() {
        find_circle(&graph, module, &mut Vec::new(), &mut done);
    }
}

#[test]
fn folders_import_only_from_those_below() {
    for (module, imports) in graph() {
        for imported in imports {
            let is_same_folder = module.split("::").next() == imported.split("::").next();
            assert!(
                is_same_folder || layer(&imported) < layer(&module),
                "{module} imports {imported}, which is not below it"
            );
        }
    }
}
