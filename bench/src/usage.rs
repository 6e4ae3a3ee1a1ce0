//! What the process used so far, as Linux tells it.

use std::fs;

/// CPU time of all threads, also of those that have ended, seconds.
pub fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The most memory the process had since the last [`forget_peak`], bytes.
pub fn peak_bytes() -> u64 {
    status("VmHWM:")
}

/// The memory the process has, bytes.
pub fn resident_bytes() -> u64 {
    status("VmRSS:")
}

fn status(of: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(of)).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) * 1024
}

/// Begins a new peak.
pub fn forget_peak() {
    // Where this is not allowed the peak stays that of the whole run: too high, never too low.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// CPU seconds of an act.
pub fn timed<T>(act: impl FnOnce() -> T) -> (T, f64) {
    let before = cpu_seconds();
    let done = act();
    (done, cpu_seconds() - before)
}
