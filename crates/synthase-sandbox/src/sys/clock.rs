//! The processor time of a process that is not ours.
#![expect(unsafe_code, reason = "the CPU clock of another process has no safe wrapper")]

use std::time::Duration;

/// User and system time of a live process with all its threads; `None` if there is no such process.
pub(crate) fn cpu_of(pid: i32) -> Option<Duration> {
    let mut clock: libc::clockid_t = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: both calls write to the local that is handed in and keep no pointer.
    let failed =
        unsafe { libc::clock_getcpuclockid(pid, &mut clock) != 0 || libc::clock_gettime(clock, &mut time) != 0 };
    if failed {
        return None;
    }
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_time_grows_and_a_missing_process_has_none() {
        let me = std::process::id() as i32;
        let before = cpu_of(me).unwrap();
        let mut sum = 0_u64;
        for i in 0..5_000_000_u64 {
            sum = sum.wrapping_add(std::hint::black_box(i));
        }
        std::hint::black_box(sum);
        assert!(cpu_of(me).unwrap() > before);
        assert_eq!(cpu_of(i32::MAX - 1), None);
    }
}
