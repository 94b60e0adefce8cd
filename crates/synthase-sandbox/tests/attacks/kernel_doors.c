// expect: exited 0
// levels: full namespaces landlock
// Calls that a program has no business with; unknown ones must look as if they did not exist.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
static void expect(const char *what, long number, int wanted) {
    errno = 0;
    long result = syscall(number, 0, 0, 0, 0, 0, 0);
    if (result >= 0) printf("ESCAPED: %s\n", what);
    else if (errno != wanted) printf("ESCAPED: %s reaches the kernel: %s\n", what, strerror(errno));
}
int main(void) {
    expect("io_uring_setup", 425, ENOSYS);
    expect("io_uring_enter", 426, ENOSYS);
    expect("clone3", 435, ENOSYS);
    expect("a call of tomorrow", 1000, ENOSYS);
    expect("bpf", SYS_bpf, EPERM);
    expect("perf_event_open", SYS_perf_event_open, EPERM);
    expect("userfaultfd", SYS_userfaultfd, EPERM);
    expect("keyctl", SYS_keyctl, EPERM);
    expect("add_key", SYS_add_key, EPERM);
    expect("kexec_load", SYS_kexec_load, EPERM);
    expect("init_module", SYS_init_module, EPERM);
    expect("open_by_handle_at", SYS_open_by_handle_at, EPERM);
    expect("pidfd_getfd", SYS_pidfd_getfd, EPERM);
    expect("reboot", SYS_reboot, EPERM);
    expect("swapon", SYS_swapon, EPERM);
    expect("settimeofday", SYS_settimeofday, EPERM);
    expect("process_madvise", SYS_process_madvise, EPERM);
    expect("syslog", SYS_syslog, EPERM);
#ifdef __x86_64__
    expect("x32 getpid", 0x40000000 + SYS_getpid, ENOSYS);
    expect("x32 open", 0x40000000 + SYS_open, ENOSYS);
    expect("iopl", SYS_iopl, EPERM);
#endif
    return 0;
}
