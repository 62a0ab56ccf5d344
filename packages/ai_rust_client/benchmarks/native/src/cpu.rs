//! The processor time that this process has used.

use rustix::time::{ClockId, clock_gettime};

/// Seconds, of all threads.
pub fn seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
