//! Writes each docstring of `_native.pyi` to a file, so that `stub!` makes it the documentation at run time.

use std::path::Path;
use std::{env, fs};

const STUB: &str = "python/storage_rust/_native.pyi";

fn main() {
    println!("cargo::rerun-if-changed={STUB}");
    let stub = fs::read_to_string(STUB).expect("the stub is in the package");
    let target = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let (mut class, mut name) = (String::new(), String::new());
    let mut documented = Vec::new();
    let mut lines = stub.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if let Some(rest) = code.strip_prefix("class ") {
            class = identifier(rest);
            name.clone_from(&class);
        } else if let Some(rest) = code.strip_prefix("def ") {
            let function = identifier(rest);
            name = if line.starts_with(' ') { format!("{class}.{function}") } else { function };
        } else if let Some(first) = code.strip_prefix("\"\"\"")
            && !documented.contains(&name)
        {
            let text = docstring(first, &mut lines, line.len() - code.len());
            fs::write(Path::new(&target).join(format!("{name}.txt")), text).expect("OUT_DIR is writable");
            documented.push(name.clone());
        }
    }
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The text up to the closing quotes, without the indentation.
fn docstring<'a>(first: &'a str, rest: &mut impl Iterator<Item = &'a str>, indentation: usize) -> String {
    let mut text = Vec::new();
    let mut line = first;
    while !line.contains("\"\"\"") {
        text.push(line);
        line = rest.next().expect("a docstring ends");
        line = line.get(indentation..).unwrap_or_default();
    }
    text.push(line.split("\"\"\"").next().unwrap_or_default());
    text.join("\n").trim_end().to_owned()
}
