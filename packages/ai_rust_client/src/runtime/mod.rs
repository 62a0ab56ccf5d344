//! The tokio runtime: which thread runs it, and how its results reach threads, descriptors and event loops.

pub mod executor;
pub mod monitor;
pub mod process;
pub mod ready_queue;
pub mod task;
pub mod wakeup_fd;
