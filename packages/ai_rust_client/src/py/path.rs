//! Where a value is in the arguments of a call, for error messages.

use std::fmt;

/// How many steps at either end of a long path are shown.
const SHOWN_STEPS: usize = 6;

/// The position of a value in the request; only formatted if the value is rejected.
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
    pub depth: usize,
}

pub enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The beginning of a path.
    pub fn root(name: &'a str) -> Self {
        Self { parent: None, step: Step::Name(name), depth: 0 }
    }

    pub fn then(&'a self, step: Step<'a>) -> Path<'a> {
        Path { parent: Some(self), step, depth: self.depth + 1 }
    }
}

impl Path<'_> {
    fn write(&self, f: &mut fmt::Formatter<'_>, deepest: usize) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.write(f, deepest)?;
        }
        if deepest > 2 * SHOWN_STEPS && (SHOWN_STEPS..=deepest - SHOWN_STEPS).contains(&self.depth) {
            return if self.depth == SHOWN_STEPS { f.write_str("…") } else { Ok(()) };
        }
        match self.step {
            Step::Name(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Name(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, self.depth)
    }
}
