//! JSON as providers write it: read leniently, merged piece by piece, and written strictly.

pub mod merge;
pub mod scanner;
pub mod string;
pub mod text;
pub mod tree;
